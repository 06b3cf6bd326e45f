"""A damaged file can bring down the library that reads it (HDF5): so figures are drawn in a child process. Not a program."""
import os
import resource
import signal
import stat
import sys

SECONDS = 1200  # of processor time; a year's figures take a few
ROOM = 6 << 30  # bytes of address space beside what files hold


def obstacle(path):
    """Why `path` cannot be a result file, in words; None where it may be one."""
    try:
        mode = os.stat(path).st_mode
    except OSError as problem:
        return f"{path}: no such file; give the path of a result file" if isinstance(problem, FileNotFoundError) else \
            f"{path}: cannot be read: {problem.strerror}; give the path of a result file"
    if stat.S_ISDIR(mode):
        return f"{path}: is a folder; give the path of a result file"
    return None if stat.S_ISREG(mode) else f"{path}: is not a plain file; give the path of a result file"


def limit(kind, most):
    soft, hard = resource.getrlimit(kind)
    limits = [most] + [x for x in (soft, hard) if x != resource.RLIM_INFINITY]
    resource.setrlimit(kind, (min(limits), hard))


def end_like(child, program):
    """Ends as the child did; a crash becomes a message."""
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status):
        os._exit(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    if number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    reason = "reading it does not end" if number in (signal.SIGXCPU, signal.SIGKILL) else \
        "it crashes the library that reads it (HDF5)"
    print(f"{program}: a file is damaged: {reason}; run the study again", file=sys.stderr)
    os._exit(2)


def go_on_in_child(program):
    """Returns in a child process alone. Call it before anything large is imported."""
    sizes = sum(os.path.getsize(word.partition("=")[2] or word) for word in sys.argv[1:]
                if os.path.isfile(word.partition("=")[2] or word))
    child = os.fork()
    if child == 0:
        limit(resource.RLIMIT_CORE, 0)
        limit(resource.RLIMIT_CPU, SECONDS)
        limit(resource.RLIMIT_AS, ROOM + 20 * sizes)
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the child says what there is to say
    end_like(child, program)
