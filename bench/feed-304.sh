#!/usr/bin/env bash
# The same where the reader has it already: If-None-Match, answered with 304.
set -euo pipefail

name=feed-304
same=yes
. "$(dirname "${BASH_SOURCE[0]}")/feed-http.inc"
