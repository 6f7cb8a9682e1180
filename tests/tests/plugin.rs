//! A library that contains the crates is closed while a thread lives that has used them there.
// A build for the sanitizer is elsewhere, and has flags of its own.
// Not for every system: the library is loaded as on Unix, which a static program cannot do.
#![cfg(all(unix, not(target_feature = "crt-static"), not(sanitize_thread)))]

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

/// Builds the plugin. Cargo does so by itself only for a test of the whole package.
fn plugin() -> CString {
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "tl-tests",
            "--example",
            "plugin",
        ])
        .status()
        .unwrap();
    assert!(built.success());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let library = target.join("debug/examples/libplugin.so");
    CString::new(library.as_os_str().as_bytes()).unwrap()
}

#[test]
fn a_plugin_may_be_closed_before_the_threads_end_that_have_used_it() {
    let path = plugin();
    for _ in 0..20 {
        // SAFETY: the library has no code that runs when it is opened but that of the C runtime.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!library.is_null());
        // SAFETY: the library is open, and the name ends with a zero byte.
        let symbol = unsafe { libc::dlsym(library, c"length_of_name".as_ptr()) };
        assert!(!symbol.is_null());
        // SAFETY: that symbol is a function of this type.
        let length_of_name: extern "C" fn() -> usize = unsafe { std::mem::transmute(symbol) };

        let (called, has_called) = mpsc::channel();
        let (close, is_closed) = mpsc::channel::<()>();
        let user = thread::Builder::new().name("user".into()).spawn(move || {
            called.send(length_of_name()).unwrap();
            is_closed.recv().unwrap();
        });
        // The plugin has a standard library of its own, which knows no name of this thread.
        assert!(has_called.recv().unwrap() > 0);
        // SAFETY: nothing of it is used after this, except by what is called at the thread's end.
        assert_eq!(unsafe { libc::dlclose(library) }, 0);
        close.send(()).unwrap();
        user.unwrap().join().unwrap();
    }
}
