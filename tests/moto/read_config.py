"""What botocore reads in pairs of config and credentials files: JSON in, JSON out, all of them in one process."""

import json
import os
import sys
import tempfile

import botocore.configloader
import botocore.exceptions
import botocore.session


def read(config, credentials):
    session = botocore.session.Session()
    session.set_config_variable("config_file", config)
    session.set_config_variable("credentials_file", credentials)
    try:
        return {"profiles": session.full_config["profiles"]}
    except botocore.exceptions.ConfigParseError as error:
        return {"refused": type(error.kwargs["error"]).__name__}


def main():
    os.environ.clear()
    answers = []
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, name) for name in ("config", "credentials")]
        for pair in json.load(sys.stdin):
            for path, text in zip(paths, pair):
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(text)
            answers.append(read(*paths))
    json.dump(answers, sys.stdout)


main()
