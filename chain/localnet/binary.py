"""wasmd, built once and kept: the cache is keyed by what goes into it."""
import fcntl
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

from . import Failure

MODULE = pathlib.Path(__file__).resolve().parent.parent
COMETBFT = "github.com/cometbft/cometbft"
MACHINE = "github.com/CosmWasm/wasmvm/v2"
PACKAGE = "github.com/CosmWasm/wasmd/cmd/wasmd"
VERSION_PACKAGE = "github.com/cosmos/cosmos-sdk/version"
CLOCK = MODULE / "clock" / "offset.go"
# The one line of CometBFT that is not its own: see clock/offset.go.
NOW, NOW_WITH_OFFSET = "return Canonical(time.Now())", "return Canonical(time.Now().Add(Offset()))"


def build_inputs():
    """Every file that decides what the binary is: the Go module, and this file with its flags."""
    return [MODULE / "go.mod", MODULE / "go.sum", CLOCK, pathlib.Path(__file__).resolve()]


def cached(cache):
    """Path of the wasmd binary in the folder `cache`; builds it (about five minutes) where it is not there."""
    digest = hashlib.sha256(platform.machine().encode())
    for path in build_inputs():
        digest.update(path.read_bytes())
    folder = cache / digest.hexdigest()[:16]
    if not (folder / "wasmd").exists():
        cache.mkdir(parents=True, exist_ok=True)
        with open(cache / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "wasmd").exists():
                build(folder)
    return folder / "wasmd"


def build(folder):
    """Builds wasmd and puts it with its virtual machine library into `folder`, all of it or nothing."""
    if platform.system() != "Linux":
        raise Failure("the local network runs on Linux: elsewhere, in a Linux container or virtual machine")
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if not go:
        raise Failure("Go 1.24 or newer is needed to build wasmd, and is not in PATH")
    if not (shutil.which("gcc") or shutil.which("clang")):
        raise Failure("a C compiler is needed to build wasmd (it links the CosmWasm virtual machine)")
    print("building wasmd: about five minutes on two cores, once", file=sys.stderr, flush=True)
    environment = dict(os.environ, CGO_ENABLED="1")
    # `go list` knows the folder of a module only once it is downloaded.
    output(go, environment, "mod", "download", COMETBFT, MACHINE)
    version = output(go, environment, "list", "-m", "-f", "{{.Version}}", "github.com/CosmWasm/wasmd").lstrip("v")
    machine = output(go, environment, "list", "-m", "-f", "{{.Dir}}", MACHINE)
    linker = " ".join([
        "-w -s",
        f"-X {VERSION_PACKAGE}.Name=wasm -X {VERSION_PACKAGE}.AppName=wasmd -X {VERSION_PACKAGE}.Version={version}",
        # The library lies beside the binary: the module cache may be emptied.
        "-extldflags '-Wl,-rpath,$ORIGIN'",
    ])
    staging = pathlib.Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        module = with_clock(go, environment, staging)
        command = [go, "build", "-trimpath", "-buildvcs=false", f"-modfile={module}", "-ldflags", linker, "-o", str(staging / "wasmd"), PACKAGE]
        if subprocess.run(command, cwd=MODULE, env=environment).returncode != 0:
            raise Failure("wasmd was not built: go's messages are above")
        library = f"libwasmvm.{ {'arm64': 'aarch64'}.get(platform.machine(), platform.machine()) }.so"
        shutil.copy(pathlib.Path(machine) / "internal" / "api" / library, staging / library)
        subprocess.run([staging / "wasmd", "version"], check=True, capture_output=True)
        shutil.rmtree(staging / "cometbft")
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def with_clock(go, environment, staging):
    """A go.mod like ours, but with a copy of CometBFT whose clock can be ahead; see clock/offset.go.

    A copy, because Go's own -overlay does not take files of the module cache.
    """
    original = pathlib.Path(output(go, environment, "list", "-m", "-f", "{{.Dir}}", COMETBFT))
    copy = staging / "cometbft"
    # Without its modes: the module cache is read-only.
    shutil.copytree(original, copy, copy_function=shutil.copyfile)
    for folder in [copy, *(path for path in copy.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    package = copy / "types" / "time"
    text = (package / "time.go").read_text()
    if text.count(NOW) != 1:
        raise Failure(f"CometBFT's clock has changed: expected `{NOW}` once in its types/time/time.go")
    (package / "time.go").write_text(text.replace(NOW, NOW_WITH_OFFSET))
    shutil.copyfile(CLOCK, package / "offset.go")
    shutil.copyfile(MODULE / "go.sum", staging / "go.sum")
    module = staging / "go.mod"
    module.write_text(f"{(MODULE / 'go.mod').read_text()}\nreplace {COMETBFT} => {copy}\n")
    return module


def output(go, environment, *arguments):
    """What `go ...` prints, run in the chain's module."""
    done = subprocess.run([go, *arguments], cwd=MODULE, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"go {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()
