"""Runs in the background: a bounded pool of processes, one job a scenario digest, records that outlive a restart.

    FOLDER/jobs/DIGEST.toml     the scenario as submitted       FOLDER/jobs/DIGEST.json   its record
    FOLDER/results/DIGEST/      the result, there whole or not at all

Runs have processes of their own, so that one can be cancelled, can crash and can use a core without holding up a page.
A process is kept from run to run and ends by itself when the server dies.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
import tomllib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from xunhuan.data.store import write_text
from xunhuan.errors import BadInput, XunhuanError
from xunhuan.faces.web import worker
from xunhuan.faces.web.worker import TOO_LARGE
from xunhuan.scenario.worker import Died, TooLong, Worker

_State = Literal["queued", "running", "done", "failed", "cancelled"]
WAITING: tuple[_State, ...] = ("queued", "running")
RUNS = 50
"""Runs after which a process is replaced."""
VAIN_KEPT = 50
"""Runs without a result that are remembered; their records leave with them."""
_TRIES = 2
"""How often a job is started that a restart of the server interrupted."""


@dataclass(frozen=True)
class Job:
    """One scenario's run.

    position   0 when running, 1 for the next in the queue
    done, of   steps finished and steps in all; `stage` says what is being done
    seconds    wall time of the run so far, or in all
    estimate   seconds expected when it was submitted
    owners     who asked for it, where each visitor has his own; () where all see it
    """

    digest: str
    title: str
    base: str = ""
    state: _State = "queued"
    position: int = 0
    done: float = 0.0
    of: float = 0.0
    stage: str = ""
    submitted: float = 0.0
    started: float = 0.0
    seconds: float = 0.0
    estimate: float = 0.0
    tries: int = 0
    error: str = ""
    owners: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Progress from 0 to 1; by time where the run has not said how many steps it has."""
        if self.state == "done":
            return 1.0
        if self.of > 0:
            return min(self.done / self.of, 1.0)
        return min(self.seconds / self.estimate, 0.95) if self.estimate > 0 and self.state == "running" else 0.0


class Pool:
    """Runs at most `workers` jobs at once and keeps at most `limit` waiting; each may take `longest` seconds.

    version  grows with every change of a job's state · ended: with every run that ends well

    who  says who asks; "" who sees all · largest: bytes that a run may hold

    Raises BadInput where the folder cannot be written or another server holds it.
    """

    def __init__(
        self,
        folder: Path,
        workers: int = 1,
        limit: int = 20,
        longest: float = 1800.0,
        task: worker.Task = worker.work_on,
        who: Callable[[], str] = str,
        largest: int = worker.LARGEST_RUN,
    ) -> None:
        self.folder, self.limit, self.longest, self._who = folder, limit, longest, who
        self._lock = _hold(folder)
        self._jobs: dict[str, Job] = {}
        self._queue: deque[str] = deque()
        self._running: dict[str, Worker[None]] = {}
        self._change = threading.Condition()
        self._closing = False
        self.version = self.ended = 0
        self._recover()
        settle = partial(worker.settle, folder, largest)
        self._workers = [Worker(task, settle, RUNS) for _ in range(workers)]
        self._threads = [threading.Thread(target=self._work, args=(w,), daemon=True) for w in self._workers]
        for thread in self._threads:
            thread.start()

    @property
    def results(self) -> Path:
        """Folder of the results, one folder a digest."""
        return self.folder / "results"

    def submit(self, digest: str, title: str, toml: str, base: str = "", estimate: float = 0.0) -> Job:
        """Queue a scenario; a digest that is waiting, running or done is joined, not run again.

        Raises BadInput where the queue is full.
        """
        with self._change:
            known, who = self._jobs.get(digest), self._who()
            if known is not None and (known.state in WAITING or (known.state == "done" and self.has(digest))):
                if known.owners and who not in known.owners:
                    self._put(known := replace(known, owners=(*known.owners, who)))
                return self._placed(known)
            if len(self._queue) >= self.limit:
                raise BadInput(f"{self.limit} runs are waiting already", fix="wait for one to end, or cancel one")
            job = Job(digest, title, base, submitted=time.time(), estimate=estimate, owners=(who,) if who else ())
            write_text(self._file(digest, ".toml"), toml)
            if self.has(digest):
                job = replace(job, state="done")
            self._put(job)
            if job.state == "queued":
                self._queue.append(digest)
                self._change.notify()
            return self._placed(job)

    def cancel(self, digest: str) -> None:
        """Take a job out of the queue, or end its process; its result never appears. What others ask for too goes on."""
        with self._change:
            job = self._jobs.get(digest)
            if job is None or job.state not in WAITING or not self._seen(job):
                return
            others = tuple(o for o in job.owners if o != self._who())
            if others and len(others) < len(job.owners):
                self._put(replace(job, owners=others))
                return
            if digest in self._running:
                self._running[digest].end()
            elif digest in self._queue:
                self._queue.remove(digest)
            self._put(replace(job, state="cancelled", stage=""))

    def get(self, digest: str) -> Job | None:
        """The job of a digest, with its place in the queue."""
        with self._change:
            job = self._jobs.get(digest)
            return self._placed(job) if job and self._seen(job) else None

    def jobs(self) -> list[Job]:
        """Every job known to who asks, newest first."""
        with self._change:
            seen = [self._placed(j) for j in self._jobs.values() if self._seen(j)]
        return sorted(seen, key=lambda j: -j.submitted)

    def past(self) -> list[Job]:
        """Every run that ended well, whoever asked for it, which tells how long others take."""
        with self._change:
            return [j for j in self._jobs.values() if j.state == "done"]

    @property
    def busy(self) -> bool:
        """True while a run goes on or waits."""
        return bool(self._running or self._queue)

    def shows(self, digest: str) -> bool:
        """True where the result is there for who asks."""
        with self._change:
            job = self._jobs.get(digest)
        return self.has(digest) and (job is None or self._seen(job))

    def _seen(self, job: Job) -> bool:
        who = self._who()
        return not who or not job.owners or who in job.owners

    def has(self, digest: str) -> bool:
        """True where the result is there."""
        return (self.results / digest / "manifest.json").is_file()

    def close(self) -> None:
        """End all runs. Jobs that wait or run are found again by the next server on this folder."""
        with self._change:
            self._closing = True
            self._change.notify_all()
            for each in self._workers:
                each.close()
        for thread in self._threads:
            thread.join(timeout=10)
        self._lock.release()

    def _recover(self) -> None:
        """Queue what an earlier server left waiting, by its records; a run starts twice (`_TRIES`) in all at most."""
        for file in sorted((self.folder / "jobs").glob("*.json")):
            job = _read(file)
            if job is None:
                continue
            if job.state in WAITING:
                if self.has(job.digest):
                    job = replace(job, state="done")
                elif job.tries >= _TRIES:
                    job = replace(job, state="failed", error="interrupted", stage="")
                else:
                    job = replace(job, state="queued", done=0.0, of=0.0, stage="")
            elif job.state == "done" and not self.has(job.digest):
                continue
            self._put(job)
        self._adopt()
        self._clear()
        waiting = sorted((j for j in self._jobs.values() if j.state == "queued"), key=lambda j: j.submitted)
        self._queue.extend(j.digest for j in waiting)

    def _adopt(self) -> None:
        """Results that lie here without a record, such as those of the command line."""
        for manifest in self.results.glob("[0-9a-f]*/manifest.json"):
            digest = manifest.parent.name
            if digest not in self._jobs:
                title, base = _named(manifest.parent / "scenario.toml")
                written = manifest.stat().st_mtime
                self._jobs[digest] = Job(digest, title or digest[:12], base, "done", submitted=written)

    def _work(self, worker: Worker[None]) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._queue or self._closing)
                if self._closing:
                    return
                digest = self._queue.popleft()
                job = self._jobs[digest]
                self._put(replace(job, state="running", stage="start", started=time.time(), tries=job.tries + 1))
                self._running[digest] = worker
                try:
                    worker.start(self._file(digest, ".toml"), self.results / digest)
                except OSError as e:  # the machine has no room for a process
                    self._ended(digest, f"{type(e).__name__}: {e}", 0.0)
                    continue
            self._run(digest, worker)

    def _run(self, digest: str, worker: Worker[None]) -> None:
        """Follow what a run says, and record how it ended."""
        started, error = time.monotonic(), "nothing was written"
        try:
            worker.follow(lambda said: self._tell(digest, said), self.longest)
        except TooLong:
            error = "too long"
        except Died as e:
            error = "too large" if e.code == TOO_LARGE else str(e)
        except XunhuanError as e:
            error = str(e)
        except MemoryError:
            error = "out of memory"
        except Exception as e:  # whatever it is, the visitor is told
            error = f"{type(e).__name__}: {e}"
        self._ended(digest, error, time.monotonic() - started)

    def _tell(self, digest: str, said: Mapping[str, Any]) -> None:
        with self._change:
            job = self._jobs[digest]
            self._jobs[digest] = replace(
                job, done=float(said.get("done", job.done)), of=float(said.get("of", job.of)),
                stage=str(said.get("stage", job.stage))[:200],
            )  # fmt: skip

    def _ended(self, digest: str, error: str, seconds: float) -> None:
        with self._change:
            del self._running[digest]
            job = replace(self._jobs[digest], seconds=seconds)
            if self._closing and job.state == "running":
                return  # its record still says running, so the next server starts it again
            if job.state == "running":
                if self.has(digest):  # put there whole, as the last step
                    job = replace(job, state="done", stage="", error="")
                else:
                    job = replace(job, state="failed", stage="", error=error)
            elif self.has(digest):  # cancelled in its last moment
                os.rename(self.results / digest, self.results / f".{digest}.cancelled")
            self._put(job)
            if job.state != "done":
                self._clear(digest)

    def _clear(self, digest: str = "") -> None:
        """Remove what a killed run left behind: only hidden temporary folders, never a result."""
        for left in self.results.glob(f".{digest}*"):
            if digest or not any(left.name.startswith(f".{d}") for d in self._running):
                shutil.rmtree(left, ignore_errors=True)

    def _placed(self, job: Job) -> Job:
        if job.state == "queued" and job.digest in self._queue:
            return replace(job, position=self._queue.index(job.digest) + 1)
        if job.state == "running" and job.started:
            return replace(job, position=0, seconds=time.time() - job.started)
        return job

    def _put(self, job: Job) -> None:
        """Keep a job and its record; of those without a result the last alone, of a cancelled one nothing on disk."""
        self._jobs[job.digest] = job
        self.version += 1
        self.ended += job.state == "done"
        if job.state == "cancelled":
            self._forget(job.digest)
        else:
            write_text(self._file(job.digest, ".json"), json.dumps(asdict(job), ensure_ascii=False, indent=1))
        vain = [j for j in self._jobs.values() if j.state in ("failed", "cancelled") and j.digest not in self._running]
        for old in sorted(vain, key=lambda j: j.submitted)[: max(len(vain) - VAIN_KEPT, 0)]:
            del self._jobs[old.digest]
            self._forget(old.digest)

    def _forget(self, digest: str) -> None:
        for suffix in (".toml", ".json"):
            self._file(digest, suffix).unlink(missing_ok=True)

    def _file(self, digest: str, suffix: str) -> Path:
        return self.folder / "jobs" / f"{digest}{suffix}"


def _read(file: Path) -> Job | None:
    """A job's record, or None where the file does not hold one."""
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return Job(**{**raw, "owners": tuple(raw.get("owners", ()))})
    except (OSError, ValueError, TypeError):
        return None


def _named(file: Path) -> tuple[str, str]:
    """Title and base of a result's scenario; "" where it has none that can be read."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "", ""
    return str(data.get("title", "")), str(data.get("base", ""))


def _hold(folder: Path) -> FileLock:
    """Make the folder and lock it for this server."""
    lock = FileLock(folder / ".lock", thread_local=False)
    try:
        for name in ("jobs", "results"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as e:
        fix = "stop it, or give another --folder"
        raise BadInput("another laboratory is using this folder", where=str(folder), fix=fix) from e
    except OSError as e:
        raise BadInput("the results folder cannot be written", where=str(folder), fix="give another --folder") from e
    return lock
