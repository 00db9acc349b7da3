#!/bin/sh
set -eu
echo "Disk usage of $FOLDER:"
df -h "$FOLDER"
