//! Windows.

use std::io;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use windows_sys::Win32::Foundation::{CloseHandle, FALSE, LocalFree};
use windows_sys::Win32::System::Threading::{
    GetCurrentThread, GetCurrentThreadId, GetThreadDescription, OpenThread, SetThreadDescription,
    THREAD_SET_LIMITED_INFORMATION,
};

/// Windows counts the bytes of a name, two for each unit of UTF-16, in 16 bits. No byte of UTF-8
/// becomes more than one unit.
pub(super) const OS_NAME_BYTES: usize = 32_766;

/// The number of the thread that ran `note_main`; 0 until it has run.
static MAIN: AtomicU32 = AtomicU32::new(0);

extern "C" fn note_main() {
    // Relaxed: no other thread of this program runs before `main`.
    MAIN.store(current(), Ordering::Relaxed);
}

// The C runtime calls what is in this section before `main`, on the thread on which Windows has
// started the process. (In a DLL it is the one that loads it: a program that loads it elsewhere
// than in its main thread has that for its main one.)
// SAFETY: what the runtime expects there are pointers to functions that take nothing and can be
// called at that time.
#[unsafe(link_section = ".CRT$XCU")]
#[used]
static NOTE_MAIN: extern "C" fn() = note_main;

fn current() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { GetCurrentThreadId() }
}

pub(super) fn native_id() -> u64 {
    current().into()
}

pub(crate) fn main_native_id() -> Option<u64> {
    // Relaxed: a number that refers to nothing, stored before there was another thread.
    match MAIN.load(Ordering::Relaxed) {
        0 => None,
        id => Some(id.into()),
    }
}

pub(super) fn is_main_thread() -> bool {
    main_native_id() == Some(native_id())
}

/// Returns a name as Windows wants it, with its zero.
fn wide(name: &str) -> Vec<u16> {
    name.encode_utf16().chain([0]).collect()
}

pub(super) fn set_os_name(name: &str) {
    // SAFETY: the handle is that of the calling thread, and the string ends with a zero and lives
    // for the length of the call. Only what a debugger shows is out of date if it fails.
    unsafe { SetThreadDescription(GetCurrentThread(), wide(name).as_ptr()) };
}

pub(super) fn set_os_name_of(native_id: u64, name: &str) -> io::Result<()> {
    let id = u32::try_from(native_id).map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
    // SAFETY: takes numbers; a handle that comes back is closed below.
    let thread = unsafe { OpenThread(THREAD_SET_LIMITED_INFORMATION, FALSE, id) };
    if thread.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open, and closed once; the string ends with a zero and lives for the
    // length of the call.
    let result = unsafe {
        let result = SetThreadDescription(thread, wide(name).as_ptr());
        CloseHandle(thread);
        result
    };
    match result {
        0.. => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

pub(super) fn os_name() -> String {
    let mut name = ptr::null_mut();
    // SAFETY: the handle is that of the calling thread. If all is well, and only then, Windows
    // lends a string that ends with a zero, until it is freed.
    unsafe {
        if GetThreadDescription(GetCurrentThread(), &mut name) < 0 || name.is_null() {
            return String::new();
        }
        let mut length = 0;
        while *name.add(length) != 0 {
            length += 1;
        }
        let text = String::from_utf16_lossy(slice::from_raw_parts(name, length));
        LocalFree(name.cast());
        text
    }
}

pub(super) fn set_timer_slack(_slack: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
