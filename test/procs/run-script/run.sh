#!/bin/sh
# For tests: runs the shell script that the execution gives as its argument.
eval "$SCRIPT"
