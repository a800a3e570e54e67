#!/bin/sh
# Takes the models of AWS's APIs from botocore, the AWS SDK for Python, and keeps
# their facts in internal/gen/models. The version is pinned here; raise it, run
# `make models generate`, and the difference tells what AWS has changed.
set -eu

version=1.44.5

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"${PYTHON:-python3}" -m pip download --quiet --no-deps --only-binary :all: --dest "$dir" "botocore==$version"
cd "$(dirname "$0")/../.."
go run ./internal/gen models "$dir/botocore-$version-py3-none-any.whl"
