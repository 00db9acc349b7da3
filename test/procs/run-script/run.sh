#!/bin/sh
# For tests: runs the shell script in the arg SCRIPT.
eval "$SCRIPT"
