#!/usr/bin/env bash
# A district's feed, served from memory, against nginx serving it as a file.
set -euo pipefail

name=feed
same=no
. "$(dirname "${BASH_SOURCE[0]}")/feed-http.inc"
