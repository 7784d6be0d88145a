"""`make bench NAME=pages`: figures, with a database of their own that is thrown away."""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {"cloning", "load", "peers"}  # not benchmarks themselves


def main() -> int:
    names = sorted(path.stem.replace("_", "-") for path in HERE.glob("[a-z]*.py") if path.stem not in PARTS)
    name = sys.argv[1].replace("_", "-") if len(sys.argv) > 1 else ""
    if name not in names:
        print(f"NAME is one of: {', '.join(names)}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ.update(
            DEMO="1",
            DJANGO_SETTINGS_MODULE="config.settings",
            STATIC_ROOT=f"{folder}/static",
            MEDIA_ROOT=f"{folder}/media",
            SECRET_KEY="a key for figures only, fifty characters and more of it",
        )
        import_module("django").setup()
        benchmark = import_module(f"tests.benchmarks.{name.replace('-', '_')}")
        benchmark.run(Path(folder)) if hasattr(benchmark, "run") else benchmark.main()
    return 0


sys.exit(main())
