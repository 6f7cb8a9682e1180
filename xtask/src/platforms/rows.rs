//! Which platforms there are, and what each needs here.

/// A platform, and how it is tried out on a Debian machine with an x86_64 processor.
#[derive(Debug)]
pub struct Platform {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// The compiler's name for it.
    pub target: &'static str,
    /// How far it is tried out.
    pub tier: Tier,
    /// Debian's packages that this takes.
    pub packages: &'static [&'static str],
    /// The linker and the flags that the compiler is given.
    pub linker: Linker,
    /// More flags for the compiler.
    pub flags: &'static [&'static str],
    /// What runs its programs.
    pub runner: Runner,
    /// Test programs that are left out, as `package/target`, each with the reason.
    pub left_out: &'static [(&'static str, &'static str)],
}

/// How far a platform is tried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// The tests run, and the examples print what they should.
    Tested,
    /// The same, but not all of that has been seen to pass: it is tried out only when it is named.
    Unfinished,
    /// The crates compile.
    Compiled,
    /// The crates do not compile, and say why in one sentence.
    Refused,
}

/// How programs are linked, and with which standard library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linker {
    /// As on this machine, with its toolchain's standard library. All others build the standard
    /// library from source.
    Host,
    /// This compiler driver of gcc's.
    Gcc(&'static str),
    /// musl's.
    Musl,
    /// mingw-w64's, with lld.
    Windows,
    /// Nothing is linked.
    None,
}

/// How programs are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// By this machine's own kernel.
    Kernel,
    /// By qemu, for aarch64.
    Aarch64,
    /// By Wine.
    Wine,
}

/// The compiler, and its standard library's source, of one version.
pub const TOOLCHAIN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

const MUSL: &[&str] = &["musl-tools"];
const WINDOWS: &[&str] = &["wine64", "gcc-mingw-w64-x86-64-posix", "lld-22"];
const I686: &[&str] = &[
    "gcc-i686-linux-gnu",
    "libc6-dev-i386-cross",
    "libc6-i386",
    "lib32gcc-s1",
];
const AARCH64: &[&str] = &[
    "qemu-user",
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
];

/// What is left out on all platforms, since it says nothing about them.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("tests/plugin", "builds a library for this machine"),
    (
        "tests/promises",
        "asks this machine's cargo what the crates bring",
    ),
    ("tests/promises_unsafe", "reads the sources"),
    ("tests/promises_width", "reads the sources"),
    ("tests/promises_words", "reads the sources"),
];

/// Such tests measure the memory of many threads, with that of the emulator.
const SLOW: &str = "measures memory, which here is the emulator's too, and takes minutes";
/// In such a child, a new thread may get the number of a thread that only the parent has:
/// "assertion failed: (success)".
const FORKS_IN_QEMU: &str =
    "qemu 7.2 aborts when the child of a process with many threads starts one";

const EMULATED: &[(&str, &str)] = &[
    ("tl-core/logging_growth", SLOW),
    ("tl-local/growth", SLOW),
    ("tl-thread/growth", SLOW),
    (
        "tl-timer/refused",
        "limits the addresses of the emulator, too",
    ),
    (
        "tl-timer/scheduler",
        "starts a thousand threads at once, which takes the emulator minutes",
    ),
    (
        "tests/faults_clock",
        "the filter of system calls is this kernel's, not the emulator's",
    ),
    (
        "tests/faults_threads",
        "limits the emulator's own threads, too",
    ),
    ("tests/faults_signals", "the emulator delivers signals late"),
    ("tests/fork", FORKS_IN_QEMU),
    ("tests/fork_chaos", FORKS_IN_QEMU),
    ("tests/fork_held", FORKS_IN_QEMU),
    ("tests/stress", "takes minutes"),
];
const WINE: &[(&str, &str)] = &[
    (
        "tl-core/logging_memory",
        "logs to the file NUL, which Wine does not open to append to it",
    ),
    ("tl-local/growth", SLOW),
    ("tl-thread/growth", SLOW),
    (
        "tl-timer/scheduler",
        "looks into Linux's /proc for the system's threads",
    ),
    (
        "tl-thread/refused",
        "sets a limit, which Windows does not have",
    ),
    (
        "tl-timer/refused",
        "sets a limit, which Windows does not have",
    ),
    ("tests/ctrl_c", "there are no signals"),
    ("tests/early_allocator", "there are no signals"),
    (
        "tests/faults_allocation",
        "the first wait of a thread allocates",
    ),
    (
        "tests/timer_origin",
        "it is not known what a new thread inherits",
    ),
    ("tests/faults_clock", "Linux's filter of system calls"),
    ("tests/faults_fork", "there is no fork"),
    ("tests/fork", "there is no fork"),
    ("tests/fork_chaos", "there is no fork"),
    ("tests/fork_end", "there is no fork"),
    ("tests/fork_held", "there is no fork"),
    ("tests/hostile_allocator", "there are no signals"),
    ("tests/faults_signals", "there are no signals"),
    (
        "tests/faults_stderr",
        "closes a file descriptor, which Windows does not have",
    ),
    (
        "tests/faults_threads",
        "sets a limit, which Windows does not have",
    ),
    ("tests/trace", "the first wait of a thread allocates"),
    ("tests/stress", "takes minutes"),
];

/// The C library drops emulated thread-locals in the order in which they were first used by any
/// thread.
const EARLY_END: &str =
    "the end of a thread comes before the end of its thread-locals, where these are emulated";

const TESTED: Platform = Platform {
    name: "",
    what: "",
    target: "",
    tier: Tier::Tested,
    packages: &[],
    linker: Linker::Host,
    flags: &[],
    runner: Runner::Kernel,
    left_out: &[],
};

const COMPILED: Platform = Platform {
    tier: Tier::Compiled,
    linker: Linker::None,
    ..TESTED
};

/// All platforms but the one on which `cargo test` itself runs, in the order in which they fail
/// fastest.
pub const PLATFORMS: &[Platform] = &[
    Platform {
        name: "portable",
        what: "Linux, sleeping on parking_lot_core",
        target: "x86_64-unknown-linux-gnu",
        flags: &["--cfg", "portable"],
        left_out: &[
            (
                "tests/fork",
                "a child has parking_lot_core's own locks as they were, and may wait for one",
            ),
            (
                "tests/fork_chaos",
                "a child has parking_lot_core's own locks as they were, and may wait for one",
            ),
            (
                "tests/fork_end",
                "a child has parking_lot_core's own locks as they were, and may wait for one",
            ),
            (
                "tests/fork_held",
                "a child has parking_lot_core's own locks as they were, and may wait for one",
            ),
            (
                "tests/early_allocator",
                "parking_lot_core allocates in the scheduler, which the test's allocator then lists",
            ),
            (
                "tests/faults_allocation",
                "parking_lot_core allocates at the first wait of a thread",
            ),
            (
                "tests/trace",
                "parking_lot_core allocates at the first wait of a thread",
            ),
        ],
        ..TESTED
    },
    Platform {
        name: "static",
        what: "Linux, glibc linked statically",
        target: "x86_64-unknown-linux-gnu",
        flags: &["-Ctarget-feature=+crt-static"],
        ..TESTED
    },
    Platform {
        name: "i686",
        what: "Linux on 32 bits, glibc",
        target: "i686-unknown-linux-gnu",
        packages: I686,
        linker: Linker::Gcc("i686-linux-gnu-gcc"),
        ..TESTED
    },
    Platform {
        name: "musl",
        what: "Linux, musl linked statically",
        target: "x86_64-unknown-linux-musl",
        packages: MUSL,
        linker: Linker::Musl,
        flags: &["-Crelocation-model=static"],
        ..TESTED
    },
    Platform {
        name: "musl-dynamic",
        what: "Linux, musl linked dynamically",
        target: "x86_64-unknown-linux-musl",
        packages: MUSL,
        linker: Linker::Musl,
        flags: &["-Ctarget-feature=-crt-static"],
        ..TESTED
    },
    Platform {
        name: "emulated",
        what: "Linux, thread-locals as on Android",
        target: "x86_64-unknown-linux-gnu",
        tier: Tier::Unfinished,
        linker: Linker::Gcc("gcc"),
        flags: &["--cfg", "emulated_tls", "-Zhas-thread-local=no"],
        left_out: &[
            ("tl-core/thread_end_first", EARLY_END),
            ("tl-thread/thread_end_first", EARLY_END),
        ],
        ..TESTED
    },
    Platform {
        name: "powerpc",
        what: "no atomic operations on 64 bits",
        target: "powerpc-unknown-linux-gnu",
        tier: Tier::Refused,
        ..COMPILED
    },
    Platform {
        name: "macos",
        what: "macOS on aarch64",
        target: "aarch64-apple-darwin",
        ..COMPILED
    },
    Platform {
        name: "macos-x86",
        what: "macOS on x86_64",
        target: "x86_64-apple-darwin",
        ..COMPILED
    },
    Platform {
        name: "freebsd",
        what: "FreeBSD on x86_64",
        target: "x86_64-unknown-freebsd",
        ..COMPILED
    },
    Platform {
        name: "windows-msvc",
        what: "Windows on x86_64, Microsoft's linker",
        target: "x86_64-pc-windows-msvc",
        ..COMPILED
    },
    Platform {
        name: "android",
        what: "Android on aarch64",
        target: "aarch64-linux-android",
        ..COMPILED
    },
    Platform {
        name: "armv7",
        what: "Linux on ARM with 32 bits",
        target: "armv7-unknown-linux-gnueabihf",
        ..COMPILED
    },
    Platform {
        name: "riscv64",
        what: "Linux on RISC-V",
        target: "riscv64gc-unknown-linux-gnu",
        ..COMPILED
    },
    Platform {
        name: "windows",
        what: "Windows on x86_64, by Wine",
        target: "x86_64-pc-windows-gnullvm",
        packages: WINDOWS,
        linker: Linker::Windows,
        runner: Runner::Wine,
        left_out: WINE,
        ..TESTED
    },
    Platform {
        name: "aarch64",
        what: "Linux on aarch64, glibc, by qemu",
        target: "aarch64-unknown-linux-gnu",
        packages: AARCH64,
        linker: Linker::Gcc("aarch64-linux-gnu-gcc"),
        runner: Runner::Aarch64,
        left_out: EMULATED,
        ..TESTED
    },
];
