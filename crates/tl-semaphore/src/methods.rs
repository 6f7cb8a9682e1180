//! What both semaphores have, written once.

/// A doctest for a method that both semaphores have, with a `semaphore` of `value` permits.
macro_rules! example {
    ($Name:ident, $value:literal, $($line:literal)*) => {
        concat!(
            "```\nuse tl_semaphore::", stringify!($Name), ";\n\n",
            "let semaphore = ", stringify!($Name), "::new(", $value, ");\n",
            $($line, "\n",)*
            "```"
        )
    };
}

/// As [`example`], with the semaphore in an `Arc`.
macro_rules! arc_example {
    ($Name:ident, $value:literal, $($line:literal)*) => {
        concat!(
            "```\nuse std::sync::Arc;\nuse tl_semaphore::", stringify!($Name), ";\n\n",
            "let semaphore = Arc::new(", stringify!($Name), "::new(", $value, "));\n",
            $($line, "\n",)*
            "```"
        )
    };
}

/// A method that may block, for the notes of waits.
macro_rules! operation {
    ($Name:ident, $method:literal) => {
        const { &Operation::new(stringify!($Name), $method) }
    };
}

/// What both semaphores have.
macro_rules! semaphore {
    ($Name:ident, bounded: $bounded:literal, $error:literal) => {
        impl $Name {
            /// The greatest number of permits: 2³⁰ − 1.
            pub const MAX: usize = MAX;

            /// A semaphore with `value` permits, from 0 to [`MAX`](Self::MAX).
            ///
            /// # Panics
            ///
            /// If `value` is greater than [`MAX`](Self::MAX). In a `static` or a `const` that is a compile-time error.
            ///
            #[doc = concat!(
                "```\nuse tl_semaphore::", stringify!($Name), ";\n\n",
                "static POOL: ", stringify!($Name), " = ", stringify!($Name), "::new(2);\n",
                "assert_eq!(POOL.available(), 2);\n```"
            )]
            #[cfg(not(loom))]
            #[must_use]
            pub const fn new(value: usize) -> $Name {
                $Name {
                    raw: Raw::new(value),
                }
            }

            /// A semaphore with `value` permits, from 0 to [`MAX`](Self::MAX).
            #[cfg(loom)]
            #[must_use]
            pub fn new(value: usize) -> $Name {
                $Name {
                    raw: Raw::new(value),
                }
            }

            /// How many permits are available, from 0 to [`MAX`](Self::MAX). Never blocks.
            ///
            /// While other threads use the semaphore this is out of date by the time it is returned. It includes permits that are
            /// kept for a waiter that has waited long and wants more than there are, though nobody else can take them.
            ///
            #[doc = example!($Name, 3,
                "semaphore.acquire();"
                "assert_eq!(semaphore.available(), 2);")]
            #[inline]
            pub fn available(&self) -> usize {
                self.raw.available()
            }

            /// Takes a permit, and waits for one if there is none.
            ///
            /// # Blocking
            ///
            /// Waits until another thread releases a permit and nobody with a better claim takes it; forever if none is
            /// released. A thread that waits for permits that it holds itself waits forever.
            ///
            #[doc = example!($Name, 1,
                "semaphore.acquire();"
                "assert_eq!(semaphore.available(), 0);")]
            #[inline]
            #[track_caller]
            pub fn acquire(&self) {
                let call = Call::here(operation!($Name, "acquire"));
                self.raw.acquire(1, call, || Deadline::NEVER);
            }

            /// Takes a permit if there is one, and says whether it did. Never blocks.
            ///
            #[doc = example!($Name, 1,
                "assert!(semaphore.try_acquire());"
                "assert!(!semaphore.try_acquire());")]
            #[inline]
            #[must_use = "the permit was acquired only if this is true"]
            pub fn try_acquire(&self) -> bool {
                self.raw.try_acquire(1)
            }

            /// Takes a permit, and waits for one for at most `timeout`. Returns whether it took one: `false` means that
            /// the time ran out.
            ///
            /// [`Duration::ZERO`] is [`try_acquire`](Self::try_acquire). A timeout too long to be represented, as
            /// [`Duration::MAX`], waits forever.
            ///
            /// # Blocking
            ///
            /// As [`acquire`](Self::acquire), until the time has run out.
            ///
            #[doc = example!($Name, 1,
                "use std::time::Duration;"
                ""
                "assert!(semaphore.acquire_timeout(Duration::MAX));"
                "assert!(!semaphore.acquire_timeout(Duration::from_millis(1)));")]
            #[inline]
            #[must_use = "the permit was acquired only if this is true"]
            #[track_caller]
            pub fn acquire_timeout(&self, timeout: Duration) -> bool {
                let call = Call::here(operation!($Name, "acquire_timeout"));
                self.raw.acquire(1, call, || Deadline::after(timeout))
            }

            /// Takes a permit, and waits for one until `deadline` at the latest. Returns whether it took one: `false` means
            /// that the deadline passed.
            ///
            /// A deadline in the past is [`try_acquire`](Self::try_acquire).
            ///
            /// # Blocking
            ///
            /// As [`acquire`](Self::acquire), until the deadline.
            ///
            #[doc = example!($Name, 1,
                "use std::time::{Duration, Instant};"
                ""
                "let deadline = Instant::now() + Duration::from_millis(1);"
                "assert!(semaphore.acquire_deadline(deadline));"
                "assert!(!semaphore.acquire_deadline(deadline));")]
            #[inline]
            #[must_use = "the permit was acquired only if this is true"]
            #[track_caller]
            pub fn acquire_deadline(&self, deadline: Instant) -> bool {
                let call = Call::here(operation!($Name, "acquire_deadline"));
                self.raw.acquire(1, call, || Deadline::at(deadline))
            }

            /// Takes `n` permits at once, and waits until there are as many. It never takes only a part of them. With `n` of 0 it
            /// returns at once.
            ///
            /// # Blocking
            ///
            /// Waits until `n` permits are available at one time and nobody with a better claim takes them; forever if that
            /// never happens, as with more than [`MAX`](Self::MAX) or, in a bounded semaphore, its bound. While it waits for more
            /// than were ever available at once it holds nobody up. Otherwise permits are kept for it once it has waited for half
            /// a millisecond, and all others wait: two threads that each hold a part of what the other wants wait forever.
            ///
            #[doc = example!($Name, 5,
                "semaphore.acquire_many(3);"
                "assert_eq!(semaphore.available(), 2);")]
            #[inline]
            #[track_caller]
            pub fn acquire_many(&self, n: usize) {
                let call = Call::here(operation!($Name, "acquire_many"));
                self.raw.acquire(n, call, || Deadline::NEVER);
            }

            /// Takes `n` permits at once if there are as many, and says whether it did. Never blocks.
            ///
            #[doc = example!($Name, 5,
                "assert!(!semaphore.try_acquire_many(6));"
                "assert!(semaphore.try_acquire_many(5));")]
            #[inline]
            #[must_use = "the permits were acquired only if this is true"]
            pub fn try_acquire_many(&self, n: usize) -> bool {
                self.raw.try_acquire(n)
            }

            /// Takes `n` permits at once, and waits until there are as many, for at most `timeout`. Returns whether it
            /// took them: `false` means that the time ran out, and none was taken.
            ///
            /// [`Duration::ZERO`] is [`try_acquire_many`](Self::try_acquire_many). A timeout too long to be represented, as
            /// [`Duration::MAX`], waits forever.
            ///
            /// # Blocking
            ///
            /// As [`acquire_many`](Self::acquire_many), until the time has run out.
            ///
            #[doc = example!($Name, 5,
                "use std::time::Duration;"
                ""
                "assert!(!semaphore.acquire_many_timeout(6, Duration::from_millis(1)));"
                "assert_eq!(semaphore.available(), 5);")]
            #[inline]
            #[must_use = "the permits were acquired only if this is true"]
            #[track_caller]
            pub fn acquire_many_timeout(&self, n: usize, timeout: Duration) -> bool {
                let call = Call::here(operation!($Name, "acquire_many_timeout"));
                self.raw.acquire(n, call, || Deadline::after(timeout))
            }

            /// Takes `n` permits at once, and waits until there are as many, until `deadline` at the latest. Returns whether it
            /// took them: `false` means that the deadline passed, and none was taken.
            ///
            /// A deadline in the past is [`try_acquire_many`](Self::try_acquire_many).
            ///
            /// # Blocking
            ///
            /// As [`acquire_many`](Self::acquire_many), until the deadline.
            ///
            #[doc = example!($Name, 5,
                "use std::time::Instant;"
                ""
                "assert!(semaphore.acquire_many_deadline(4, Instant::now()));"
                "assert!(!semaphore.acquire_many_deadline(4, Instant::now()));")]
            #[inline]
            #[must_use = "the permits were acquired only if this is true"]
            #[track_caller]
            pub fn acquire_many_deadline(&self, n: usize, deadline: Instant) -> bool {
                let call = Call::here(operation!($Name, "acquire_many_deadline"));
                self.raw.acquire(n, call, || Deadline::at(deadline))
            }

            /// Gives one permit. A thread that waits for it goes on.
            ///
            /// # Errors
            ///
            /// As [`release_many`](Self::release_many).
            ///
            #[doc = example!($Name, 1,
                "semaphore.acquire();"
                "semaphore.release().unwrap();"
                "assert_eq!(semaphore.available(), 1);")]
            #[inline]
            pub fn release(&self) -> Result<(), ReleaseError> {
                self.raw.release(1, $bounded)
            }

            /// Gives `n` permits at once. Threads that wait for them go on.
            ///
            /// # Errors
            ///
            /// Nothing has changed if this fails:
            ///
            /// - [`ReleaseError::Zero`] if `n` is 0,
            #[doc = $error]
            ///
            #[doc = example!($Name, 3,
                "semaphore.acquire_many(3);"
                "semaphore.release_many(2).unwrap();"
                "assert_eq!(semaphore.available(), 2);"
                "assert!(semaphore.release_many(0).is_err());")]
            #[inline]
            pub fn release_many(&self, n: usize) -> Result<(), ReleaseError> {
                self.raw.release(n, $bounded)
            }

            /// Takes a permit as [`acquire`](Self::acquire) does, and gives it back when the returned guard is dropped.
            ///
            /// # Blocking
            ///
            /// As [`acquire`](Self::acquire).
            ///
            #[doc = example!($Name, 1,
                "{"
                "    let _permit = semaphore.permit();"
                "    assert_eq!(semaphore.available(), 0);"
                "}"
                "assert_eq!(semaphore.available(), 1);")]
            #[inline]
            #[track_caller]
            pub fn permit(&self) -> Permit<'_> {
                let call = Call::here(operation!($Name, "permit"));
                self.raw.acquire(1, call, || Deadline::NEVER);
                Permit::new(&self.raw, 1, $bounded)
            }

            /// As [`permit`](Self::permit), if that can be done at once. `None` if not. Never blocks.
            ///
            #[doc = example!($Name, 1,
                "let first = semaphore.try_permit();"
                "assert!(first.is_some());"
                "assert!(semaphore.try_permit().is_none());")]
            #[inline]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            pub fn try_permit(&self) -> Option<Permit<'_>> {
                self.raw.try_acquire(1).then(|| Permit::new(&self.raw, 1, $bounded))
            }

            /// As [`permit`](Self::permit), for at most `timeout`. `None` if the time ran out. See
            /// [`acquire_timeout`](Self::acquire_timeout).
            ///
            /// # Blocking
            ///
            /// As [`acquire_timeout`](Self::acquire_timeout).
            ///
            #[doc = example!($Name, 0,
                "use std::time::Duration;"
                ""
                "assert!(semaphore.permit_timeout(Duration::from_millis(1)).is_none());")]
            #[inline]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            #[track_caller]
            pub fn permit_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
                let call = Call::here(operation!($Name, "permit_timeout"));
                let acquired = self.raw.acquire(1, call, || Deadline::after(timeout));
                acquired.then(|| Permit::new(&self.raw, 1, $bounded))
            }

            /// As [`permit`](Self::permit), until `deadline` at the latest. `None` if the deadline passed. See
            /// [`acquire_deadline`](Self::acquire_deadline).
            ///
            /// # Blocking
            ///
            /// As [`acquire_deadline`](Self::acquire_deadline).
            ///
            #[doc = example!($Name, 1,
                "use std::time::Instant;"
                ""
                "assert!(semaphore.permit_deadline(Instant::now()).is_some());")]
            #[inline]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            #[track_caller]
            pub fn permit_deadline(&self, deadline: Instant) -> Option<Permit<'_>> {
                let call = Call::here(operation!($Name, "permit_deadline"));
                let acquired = self.raw.acquire(1, call, || Deadline::at(deadline));
                acquired.then(|| Permit::new(&self.raw, 1, $bounded))
            }

            /// Takes `n` permits as [`acquire_many`](Self::acquire_many) does, and gives them back when the returned guard is dropped.
            ///
            /// # Blocking
            ///
            /// As [`acquire_many`](Self::acquire_many).
            ///
            #[doc = example!($Name, 5,
                "let permits = semaphore.permit_many(3);"
                "assert_eq!((permits.count(), semaphore.available()), (3, 2));")]
            #[inline]
            #[track_caller]
            pub fn permit_many(&self, n: usize) -> Permit<'_> {
                let call = Call::here(operation!($Name, "permit_many"));
                self.raw.acquire(n, call, || Deadline::NEVER);
                Permit::new(&self.raw, n, $bounded)
            }

            /// As [`permit_many`](Self::permit_many), if that can be done at once. `None` if not. Never blocks.
            ///
            #[doc = example!($Name, 5,
                "assert!(semaphore.try_permit_many(6).is_none());")]
            #[inline]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            pub fn try_permit_many(&self, n: usize) -> Option<Permit<'_>> {
                self.raw.try_acquire(n).then(|| Permit::new(&self.raw, n, $bounded))
            }

            /// As [`permit_many`](Self::permit_many), for at most `timeout`. `None` if the time ran out. See
            /// [`acquire_many_timeout`](Self::acquire_many_timeout).
            ///
            /// # Blocking
            ///
            /// As [`acquire_many_timeout`](Self::acquire_many_timeout).
            ///
            #[doc = example!($Name, 5,
                "use std::time::Duration;"
                ""
                "assert!(semaphore.permit_many_timeout(6, Duration::from_millis(1)).is_none());")]
            #[inline]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            #[track_caller]
            pub fn permit_many_timeout(&self, n: usize, timeout: Duration) -> Option<Permit<'_>> {
                let call = Call::here(operation!($Name, "permit_many_timeout"));
                let acquired = self.raw.acquire(n, call, || Deadline::after(timeout));
                acquired.then(|| Permit::new(&self.raw, n, $bounded))
            }

            /// As [`permit_many`](Self::permit_many), until `deadline` at the latest. `None` if the deadline passed. See
            /// [`acquire_many_deadline`](Self::acquire_many_deadline).
            ///
            /// # Blocking
            ///
            /// As [`acquire_many_deadline`](Self::acquire_many_deadline).
            ///
            #[doc = example!($Name, 5,
                "use std::time::Instant;"
                ""
                "assert!(semaphore.permit_many_deadline(5, Instant::now()).is_some());")]
            #[inline]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            #[track_caller]
            pub fn permit_many_deadline(&self, n: usize, deadline: Instant) -> Option<Permit<'_>> {
                let call = Call::here(operation!($Name, "permit_many_deadline"));
                let acquired = self.raw.acquire(n, call, || Deadline::at(deadline));
                acquired.then(|| Permit::new(&self.raw, n, $bounded))
            }

            /// Takes a permit, as [`permit`](Self::permit) does; this one keeps the semaphore alive and can go where a borrow cannot.
            ///
            /// # Blocking
            ///
            /// As [`acquire`](Self::acquire).
            ///
            #[doc = arc_example!($Name, 1,
                "let permit = semaphore.permit_owned();"
                "std::thread::spawn(move || drop(permit)).join().unwrap();"
                "assert_eq!(semaphore.available(), 1);")]
            #[track_caller]
            pub fn permit_owned(self: &Arc<Self>) -> OwnedPermit {
                let call = Call::here(operation!($Name, "permit_owned"));
                self.raw.acquire(1, call, || Deadline::NEVER);
                OwnedPermit::new(Arc::<Self>::clone(self), 1)
            }

            /// As [`permit_owned`](Self::permit_owned), if that can be done at once. `None` if not. Never blocks.
            ///
            #[doc = arc_example!($Name, 0,
                "assert!(semaphore.try_permit_owned().is_none());")]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            pub fn try_permit_owned(self: &Arc<Self>) -> Option<OwnedPermit> {
                self.raw.try_acquire(1).then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1))
            }

            /// As [`permit_owned`](Self::permit_owned), for at most `timeout`. `None` if the time ran out. See
            /// [`acquire_timeout`](Self::acquire_timeout).
            ///
            /// # Blocking
            ///
            /// As [`acquire_timeout`](Self::acquire_timeout).
            ///
            #[doc = arc_example!($Name, 0,
                "use std::time::Duration;"
                ""
                "assert!(semaphore.permit_owned_timeout(Duration::from_millis(1)).is_none());")]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            #[track_caller]
            pub fn permit_owned_timeout(self: &Arc<Self>, timeout: Duration) -> Option<OwnedPermit> {
                let call = Call::here(operation!($Name, "permit_owned_timeout"));
                let acquired = self.raw.acquire(1, call, || Deadline::after(timeout));
                acquired.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1))
            }

            /// As [`permit_owned`](Self::permit_owned), until `deadline` at the latest. `None` if the deadline passed. See
            /// [`acquire_deadline`](Self::acquire_deadline).
            ///
            /// # Blocking
            ///
            /// As [`acquire_deadline`](Self::acquire_deadline).
            ///
            #[doc = arc_example!($Name, 1,
                "use std::time::Instant;"
                ""
                "assert!(semaphore.permit_owned_deadline(Instant::now()).is_some());")]
            #[must_use = "if it is `None` there was no permit, and if not, the permit is given back when it is dropped"]
            #[track_caller]
            pub fn permit_owned_deadline(self: &Arc<Self>, deadline: Instant) -> Option<OwnedPermit> {
                let call = Call::here(operation!($Name, "permit_owned_deadline"));
                let acquired = self.raw.acquire(1, call, || Deadline::at(deadline));
                acquired.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1))
            }

            /// Calls `f` with a permit taken, and gives it back afterwards, also if `f` panics. Returns what `f` returns.
            ///
            /// # Blocking
            ///
            /// As [`acquire`](Self::acquire), before `f` is called.
            ///
            #[doc = example!($Name, 2,
                "let left = semaphore.with(|| semaphore.available());"
                "assert_eq!((left, semaphore.available()), (1, 2));")]
            #[inline]
            #[track_caller]
            pub fn with<R>(&self, f: impl FnOnce() -> R) -> R {
                let _permit = self.permit();
                f()
            }
        }

        impl Default for $Name {
            /// A semaphore with one permit, as Python's.
            fn default() -> $Name {
                $Name::new(1)
            }
        }

        impl Home for $Name {
            fn raw(&self) -> (&Raw, bool) {
                (&self.raw, $bounded)
            }
        }
    };
}

pub(crate) use {arc_example, example, operation, semaphore};
