// Put here by `cargo xtask timeline`: it records what the threads of the program do, to its end.

fn main() -> impl std::process::Termination {
    around::begin();
    example_main()
}

mod around {
    use std::env;
    use std::sync::Mutex;

    use tl_inspect::trace::{self, Recording};

    static RECORDING: Mutex<Option<Recording>> = Mutex::new(None);

    pub(super) fn begin() {
        // Before the library asks for its own hook, which waits for the threads: the last one that
        // is asked for comes first.
        tl_core::sys::at_exit(end).expect("there is room for a hook");
        let recording = trace::start().expect("nothing else records");
        *RECORDING.lock().expect("nobody panics with it") = Some(recording);
    }

    extern "C" fn end() {
        let recording = RECORDING.lock().expect("nobody panics with it").take();
        if let (Some(recording), Some(path)) = (recording, env::var_os("TIMELINE_TRACE")) {
            let trace = recording.stop();
            trace.write_chrome(path).expect("the trace can be written");
        }
    }
}
