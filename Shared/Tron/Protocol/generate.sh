#!/bin/sh
# Writes tron.pb.swift from tron.proto. Needs protoc (Debian: protobuf-compiler) and protoc-gen-swift on PATH, the
# latter built from the swift-protobuf release that Package.resolved names: swift build --product protoc-gen-swift
set -eu
cd "$(dirname "$0")"
protoc --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true --swift_out=. tron.proto
