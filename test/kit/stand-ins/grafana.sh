#!/bin/bash
# Where the image of Grafana begins.
exec /run.mjs
