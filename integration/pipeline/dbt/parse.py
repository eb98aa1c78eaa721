"""`python -m integration.pipeline.dbt.parse`: parses the whole project. Dagster's assets are made
from the manifest, and the first batch of an embedded database starts from the parsed form.
"""

import sys
from pathlib import Path

from integration.pipeline.dbt import project
from integration.pipeline.dbt.adjustments import parse_once_for_every_address


def main(folder: Path = project.FOLDER, *, from_scratch: bool = True) -> int:
    """Parses the project in this folder into its `target`; returns the exit code. `from_scratch` is
    slower, and also sees files that were changed and changed back.
    """
    from dbt.cli.main import dbtRunner

    parse_once_for_every_address()
    how = "--no-partial-parse" if from_scratch else "--partial-parse"
    folders = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    target = ["--target", project.LIVE, "--target-path", str(folder / "target")]
    done = dbtRunner().invoke(["parse", how, "--quiet", *folders, *target])
    if done.exception:
        raise done.exception
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main())
