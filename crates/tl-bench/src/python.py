"""The same work through CPython's threading.

python3 -c THIS CASE SECONDS prints the nanoseconds of an operation.

Its threads run wherever the system puts them, even where a case pins those of the others: the
interpreter's lock lets only one of them run at a time."""

import collections
import logging
import sys
import threading
import time
import timeit

now = time.perf_counter_ns


def per_call(seconds, statement, inner=1, **names):
    """Return the nanoseconds of one execution of a statement, by a loop that takes about `seconds`."""
    timer = timeit.Timer(statement, timer=now, globals=names)
    calls = 1
    while True:
        elapsed = timer.timeit(calls)
        if elapsed >= seconds * 1e9 / 4:
            return elapsed / calls / inner
        calls *= 2


def run_all(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


WORKER = """
def work(index):
    count = 0
    gate.wait()
    while not stop:
        {statement}
        count += 1
    counts[index] = count
"""


def team(seconds, threads, statement, **names):
    """Return the nanoseconds that pass for each execution of a statement, done by all threads at once."""
    counts = [0] * threads
    gate = threading.Barrier(threads + 1)
    names.update(counts=counts, gate=gate, stop=False)
    exec(WORKER.format(statement=statement.replace("\n", "\n        ")), names)
    workers = [threading.Thread(target=names["work"], args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    gate.wait()
    start = now()
    time.sleep(seconds)
    names["stop"] = True
    elapsed = now() - start
    for worker in workers:
        worker.join()
    return elapsed / max(1, sum(counts))


def busy(nanoseconds):
    """Return a statement that takes about this long."""
    return f"for _ in range({max(1, round(nanoseconds / 10))}): pass"


def lock(seconds):
    return per_call(seconds, "with lock: pass", lock=threading.Lock())


def try_held(seconds):
    lock = threading.Lock()
    lock.acquire()
    return per_call(seconds, "lock.acquire(False)", lock=lock)


def rlock(seconds):
    return per_call(seconds, "with lock: pass", lock=threading.RLock())


def rlock_depth_3(seconds):
    return per_call(seconds, "with lock, lock, lock: pass", lock=threading.RLock())


def contended(threads, outside):
    def measure(seconds):
        statement = "with lock: pass"
        if outside:
            statement += "\n" + busy(outside)
        return team(seconds, threads, statement, lock=threading.Lock())

    return measure


def condition_ping_pong(seconds):
    condition = threading.Condition()
    turn = 0

    def hand_over(mine, after):
        nonlocal turn
        with condition:
            while turn != mine and turn != 2:
                condition.wait()
            if turn == 2:
                return False
            turn = after
            condition.notify()
            return True

    def back():
        while hand_over(1, 0):
            pass

    other = threading.Thread(target=back)
    other.start()
    nanoseconds = per_call(seconds, "hand_over(0, 1)", hand_over=hand_over)
    hand_over(0, 2)
    other.join()
    return nanoseconds


def notify_all(seconds):
    parties = 8
    condition = threading.Condition()
    generation, waiting, woken = 0, 0, 0
    done = threading.Semaphore(0)
    stop = False

    def work():
        nonlocal waiting, woken
        seen = 0
        while True:
            with condition:
                waiting += 1
                while generation == seen:
                    condition.wait()
                seen = generation
                if stop:
                    return
                woken += 1
                if woken == parties:
                    woken = 0
                    done.release()

    workers = [threading.Thread(target=work) for _ in range(parties)]
    for worker in workers:
        worker.start()
    total = rounds = 0
    end = now() + seconds * 1e9
    while True:
        while True:
            with condition:
                if waiting == parties:
                    waiting = 0
                    break
            time.sleep(0)
        time.sleep(0.0001)
        start = now()
        with condition:
            generation += 1
            stop = start > end
            condition.notify_all()
        if stop:
            break
        done.acquire()
        total += now() - start
        rounds += 1
    for worker in workers:
        worker.join()
    return total / max(1, rounds)


def event_wait_set(seconds):
    event = threading.Event()
    event.set()
    return per_call(seconds, "event.wait()", event=event)


def event_is_set(seconds):
    return per_call(seconds, "event.is_set()", event=threading.Event())


def event_set_clear(seconds):
    return per_call(seconds, "event.set(); event.clear()", event=threading.Event())


def event_ping_pong(seconds):
    ping, pong = threading.Event(), threading.Event()
    stop = False

    def back():
        while True:
            ping.wait()
            ping.clear()
            if stop:
                return
            pong.set()

    other = threading.Thread(target=back)
    other.start()
    nanoseconds = per_call(seconds, "ping.set(); pong.wait(); pong.clear()", ping=ping, pong=pong)
    stop = True
    ping.set()
    other.join()
    return nanoseconds


def barrier(parties):
    def measure(seconds):
        barrier = threading.Barrier(parties)
        end = now() + seconds * 1e9
        result = None

        def work(index):
            nonlocal result
            start = now()
            rounds = 0
            try:
                while True:
                    barrier.wait()
                    rounds += 1
                    if index == 0 and now() > end:
                        result = (now() - start) / rounds
                        barrier.abort()
            except threading.BrokenBarrierError:
                pass

        run_all([threading.Thread(target=work, args=(index,)) for index in range(parties)])
        return result

    return measure


def semaphore(seconds):
    return per_call(seconds, "with semaphore: pass", semaphore=threading.Semaphore(1))


def semaphore_contended(inside, outside):
    def measure(seconds):
        statement = f"with semaphore:\n    {busy(inside)}"
        if outside:
            statement += "\n" + busy(outside)
        return team(seconds, 8, statement, semaphore=threading.Semaphore(2))

    return measure


def start_join(count):
    def operation():
        run_all([threading.Thread(target=int) for _ in range(count)])

    return lambda seconds: per_call(seconds, "operation()", count, operation=operation)


def timer_start_cancel(seconds):
    statement = "timer = Timer(3600, int); timer.start(); timer.cancel(); timer.join()"
    return per_call(seconds, statement, Timer=threading.Timer)


def timer_lateness(seconds):
    lateness = collections.deque()
    start = time.perf_counter()

    def timer(due):
        return threading.Timer(due - time.perf_counter(), lambda: lateness.append(time.perf_counter() - due))

    timers = []
    for number in range(1000):
        timer_of_this = timer(start + 0.05 + 0.0005 * number)
        timer_of_this.start()
        timers.append(timer_of_this)
    for each in timers:
        each.join()
    return sum(lateness) / len(lateness) * 1e9


def local_get(seconds):
    local = threading.local()
    local.value = 1
    return per_call(seconds, "local.value", local=local)


def identity(seconds):
    return per_call(seconds, "get_ident()", get_ident=threading.get_ident)


def current_name(seconds):
    return per_call(seconds, "current_thread().name", current_thread=threading.current_thread)


def log_line(seconds):
    handler = logging.StreamHandler(open("/dev/null", "w"))
    handler.setFormatter(logging.Formatter("(%(threadName)-10s) %(message)s"))
    logger = logging.getLogger("bench")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    return per_call(seconds, "debug('a line of the log, number %d', 7)", debug=logger.debug)


CASES = {
    "1a": lock,
    "1b": try_held,
    "2a": rlock,
    "2b": rlock_depth_3,
    "3a": contended(2, 0),
    "3b": contended(2, 200),
    "3c": contended(8, 0),
    "3d": contended(8, 200),
    "4a": condition_ping_pong,
    "4b": condition_ping_pong,
    "4c": notify_all,
    "5a is_set": event_is_set,
    "5a wait": event_wait_set,
    "5b": event_set_clear,
    "5c": event_ping_pong,
    "5d": event_ping_pong,
    "6a": barrier(2),
    "6b": barrier(2),
    "6c": barrier(8),
    "7a": semaphore,
    "7b": semaphore_contended(50, 0),
    "7c": semaphore_contended(50, 200),
    "8a": start_join(1),
    "8b": start_join(64),
    "9a": timer_start_cancel,
    "9b": timer_lateness,
    "10": local_get,
    "11 ident": identity,
    "11 name": current_name,
    "12": log_line,
}
print(CASES[sys.argv[1]](float(sys.argv[2])))
