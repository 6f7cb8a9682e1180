//! With the feature `serde`: what is seen, as JSON.
#![cfg(feature = "serde")]

use tl_event::Event;
use tl_inspect::snapshot;
use tl_thread::Thread;

#[test]
fn a_snapshot_can_be_serialized() {
    static EVENT: Event = Event::new();
    let thread = Thread::new(|| EVENT.wait()).with_name("reader");
    thread.start().unwrap();
    let json = loop {
        let json = serde_json::to_value(snapshot()).unwrap();
        let threads = json["threads"].as_array().unwrap().clone();
        let reader = threads.iter().find(|thread| thread["name"] == "reader");
        if let Some(reader) = reader.filter(|reader| reader["state"].get("Waiting").is_some()) {
            break reader.clone();
        }
        std::thread::yield_now();
    };
    assert_eq!(json["is_daemon"], false);
    let wait = &json["state"]["Waiting"];
    assert_eq!(wait["primitive"], "Event");
    assert_eq!(wait["operation"], "wait");
    let place = wait["place"].as_str().unwrap();
    assert!(place.starts_with(file!()), "{place}");
    EVENT.set();
    thread.join().unwrap();
}
