//! Makes what a platform's programs need to be linked and run, in `target/platforms`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::rows::{Linker, Platform, Runner};
use crate::BoxedError;

/// What cargo needs to know to build for a platform.
#[derive(Debug, Default)]
pub struct Tools {
    /// The program that links; none if it is the compiler's own choice.
    pub linker: Option<PathBuf>,
    /// Flags for the compiler.
    pub flags: Vec<String>,
    /// The words that come before a program to run it.
    pub runner: Vec<String>,
    /// Variables for the program, and for what runs it.
    pub variables: Vec<(&'static str, String)>,
    /// What has to run as long as programs are run.
    pub keeper: Option<Keeper>,
}

/// A program that runs until this is dropped.
#[derive(Debug)]
pub struct Keeper(Child);

impl Drop for Keeper {
    fn drop(&mut self) {
        // The program waits for input, or, if Wine's server is gone, forever.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes the tools of a platform, in `folder`, which all platforms share.
///
/// # Errors
///
/// When a file can't be written, or a program is not there or does not work.
pub fn make(platform: &Platform, folder: &Path) -> Result<Tools, BoxedError> {
    fs::create_dir_all(folder)?;
    let mut tools = Tools::default();
    match platform.linker {
        Linker::Host | Linker::None => {}
        Linker::Gcc(driver) => tools.linker = Some(driver.into()),
        Linker::Musl => musl(folder, &mut tools)?,
        Linker::Windows => windows(folder, &mut tools)?,
    }
    tools
        .flags
        .extend(platform.flags.iter().map(|flag| (*flag).to_owned()));
    match platform.runner {
        Runner::Kernel => {}
        Runner::Aarch64 => qemu(folder, &mut tools)?,
        Runner::Wine => wine(folder, &mut tools)?,
    }
    Ok(tools)
}

/// What gcc's unwinder needs of glibc, and musl does not have: a function that finds the unwinding
/// tables of a place in the code; and strong references to the functions to which the unwinder
/// refers only weakly, so that they are linked.
const UNWINDER: &str = r"
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* As <dlfcn.h> of glibc 2.35 has it. */
struct dl_find_object {
    unsigned long long dlfo_flags;
    void *dlfo_map_start;
    void *dlfo_map_end;
    struct link_map *dlfo_link_map;
    void *dlfo_eh_frame;
    unsigned long long reserved[7];
};

struct search {
    uintptr_t place;
    struct dl_find_object *result;
};

static int is_in(struct dl_phdr_info *object, size_t size, void *data)
{
    struct search *search = data;
    const ElfW(Phdr) *code = NULL, *tables = NULL;
    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t offset = search->place - object->dlpi_addr - part->p_vaddr;
        if (part->p_type == PT_GNU_EH_FRAME)
            tables = part;
        if (part->p_type == PT_LOAD && offset < part->p_memsz)
            code = part;
    }
    if (!code || !tables)
        return 0;
    search->result->dlfo_flags = 0;
    search->result->dlfo_map_start = (void *)(object->dlpi_addr + code->p_vaddr);
    search->result->dlfo_map_end = (void *)(object->dlpi_addr + code->p_vaddr + code->p_memsz);
    search->result->dlfo_link_map = NULL;
    search->result->dlfo_eh_frame = (void *)(object->dlpi_addr + tables->p_vaddr);
    return 1;
}

int _dl_find_object(void *place, struct dl_find_object *result)
{
    struct search search = { (uintptr_t)place, result };
    return dl_iterate_phdr(is_in, &search) ? 0 : -1;
}

void *const needed_by_the_unwinder[] = {
    pthread_once, pthread_key_create, pthread_getspecific, pthread_setspecific,
    pthread_mutex_lock, pthread_mutex_unlock,
};
";

fn musl(folder: &Path, tools: &mut Tools) -> Result<(), BoxedError> {
    let folder = folder.join("musl-lib");
    fs::create_dir_all(&folder)?;
    let (source, object) = (folder.join("unwinder.c"), folder.join("unwinder.o"));
    fs::write(&source, UNWINDER)?;
    done(
        Command::new("musl-gcc")
            .args(["-O", "-fPIC", "-c", "-o"])
            .args([&object, &source]),
    )?;
    // The unwinder that the standard library asks for, static or dynamic, is gcc's with this
    // object.
    let script = format!("INPUT(-lgcc_eh {})", object.display());
    for name in ["libunwind.a", "libgcc_s.so"] {
        fs::write(folder.join(name), &script)?;
    }
    tools.linker = Some("musl-gcc".into());
    tools.flags = vec![
        "-Clink-self-contained=no".to_owned(),
        format!("-Lnative={}", folder.display()),
    ];
    Ok(())
}

const MINGW: &str = "x86_64-w64-mingw32-gcc-posix";

/// Makes a linker for Windows. The target is that of LLVM's tools (`gnullvm`), which, like that of
/// Microsoft's, has the loader's own thread-locals. gcc does the linking with LLVM's linker: GNU's
/// makes a table of imports that crashes as soon as one library is imported from in two ways.
fn windows(folder: &Path, tools: &mut Tools) -> Result<(), BoxedError> {
    let folder = folder.join("windows-lib");
    fs::create_dir_all(&folder)?;
    let unwinder = Command::new(MINGW)
        .arg("-print-file-name=libgcc_eh.a")
        .output()?;
    let unwinder = String::from_utf8(unwinder.stdout)?;
    fs::copy(unwinder.trim(), folder.join("libunwind.a"))?;
    // By the end of the linker's name, the compiler takes it for gcc.
    let linker = folder.join("windows-gcc");
    executable(
        &linker,
        &format!(
            r#"#!/bin/bash
# What gcc would link with its own linker, which it knows by its place, lld links. Without the words
# that only clang understands, and with what clang would add.
set -e
words=()
for word in "$@"; do
    case $word in --unwindlib=none | -nolibc) ;; *) words+=("$word") ;; esac
done
said=$({MINGW} '-###' "${{words[@]}}" \
    -lgcc_eh -lgcc -l:libpthread.a -lmingw32 -lmingwex -lmsvcrt -lkernel32 2>&1)
call=$(grep -F /collect2 <<<"$said" | tail -n 1)
eval "set -- $call"
shift
words=()
while (($#)); do
    case $1 in -plugin) shift ;; -plugin-opt=*) ;; *) words+=("$1") ;; esac
    shift
done
exec ld.lld-22 "${{words[@]}}"
"#
        ),
    )?;
    tools.linker = Some(linker);
    tools.flags = vec![
        "-Clink-self-contained=no".to_owned(),
        format!("-Lnative={}", folder.display()),
    ];
    Ok(())
}

/// A library of Windows from which the standard library gets its random numbers, and which Wine 8
/// lacks.
const RANDOM: &str = "
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    return SystemFunction036(buffer, (ULONG)length);
}
";

fn wine(folder: &Path, tools: &mut Tools) -> Result<(), BoxedError> {
    let wine = "/usr/lib/wine/wine64";
    let prefix = folder.join("wine");
    tools.runner = vec![wine.to_owned()];
    tools.variables = vec![
        ("WINEPREFIX", prefix.display().to_string()),
        ("WINEDEBUG", "-all".to_owned()),
    ];
    let system = prefix.join("drive_c/windows/system32");
    if !system.join("kernel32.dll").exists() {
        // Its own messages are about the desktop, which is not there.
        done(
            Command::new(wine)
                .args(["wineboot", "--init"])
                .envs(tools.variables.iter().cloned()),
        )?;
    }
    // With the first program Wine starts services of its own, which end after the last. This
    // program stays. The services get no pipe for what they print, since it would not end.
    let keeper = Command::new(wine)
        .arg("cmd")
        .envs(tools.variables.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    tools.keeper = Some(Keeper(keeper));
    let library = system.join("bcryptprimitives.dll");
    if !library.exists() {
        let source = folder.join("random.c");
        fs::write(&source, RANDOM)?;
        done(
            Command::new(MINGW)
                .args(["-shared", "-O", "-s", "-o"])
                .args([&library, &source])
                .arg("-ladvapi32"),
        )?;
    }
    Ok(())
}

/// Makes a runner for aarch64. The tests start themselves again, so the kernel itself has to know
/// how to start a program for another processor. It is told in a user namespace, which leaves the
/// machine as it is. That takes Linux 6.7.
fn qemu(folder: &Path, tools: &mut Tools) -> Result<(), BoxedError> {
    let runner = folder.join("run-aarch64");
    executable(
        &runner,
        r#"#!/bin/bash
# The first 20 bytes of a program for aarch64, and which of their bits count.
export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
export MAGIC='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
export MASK='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
exec unshare --user --map-root-user --mount bash -c '
    set -e
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    printf "%s" ":aarch64:M::$MAGIC:$MASK:/usr/bin/qemu-aarch64:F" > /proc/sys/fs/binfmt_misc/register
    exec "$@"' bash "$@"
"#,
    )?;
    done(Command::new(&runner).arg("true")).map_err(|why| {
        format!(
            "qemu can't be registered with the kernel, which takes Linux 6.7 and user namespaces: {why}"
        )
    })?;
    tools.runner = vec![runner.display().to_string()];
    Ok(())
}

fn executable(path: &Path, text: &str) -> Result<(), BoxedError> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Runs a command that must succeed.
fn done(command: &mut Command) -> Result<(), BoxedError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} can't be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} ended with {}: {}", output.status, said.trim()).into())
}
