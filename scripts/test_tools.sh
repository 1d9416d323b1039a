#!/usr/bin/env bash
# Sees to it that the programs which only the tests need are there: two browsers and a screen for one of
# them, a PostgreSQL server, fonts, PHP, nginx, strace.
# Silent and instant when they are. Installs Debian packages as root or by sudo, else says what is missing.
set -euo pipefail

missing=()

command -v chromium > /dev/null || missing+=(chromium)
command -v initdb > /dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null || missing+=(postgresql)
[[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || missing+=(fonts-dejavu-core)
[[ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ]] || missing+=(fonts-noto-color-emoji)
command -v php > /dev/null || missing+=(php-cli)
[[ -x /usr/sbin/nginx ]] || missing+=(nginx-light)
command -v openssl > /dev/null || missing+=(openssl)
command -v strace > /dev/null || missing+=(strace)
command -v Xvfb > /dev/null || missing+=(xvfb)
# WebKitGTK with its driver, and what decodes H.264 and AAC for it.
command -v WebKitWebDriver > /dev/null || missing+=(
    webkit2gtk-driver gstreamer1.0-libav gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-gl
)

((${#missing[@]})) || exit 0

if ! command -v apt-get > /dev/null; then
    echo "The tests need these programs; please install them: ${missing[*]}" >&2
    exit 1
elif ((EUID == 0)); then
    become=()
elif sudo -n true 2> /dev/null; then
    become=(sudo -n)
else
    echo "The tests need Debian packages, and this user may not install them. Please run:" >&2
    echo "    sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

# The package of PostgreSQL would create and start a cluster of its own; the tests run theirs.
if [[ " ${missing[*]} " == *" postgresql "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    "${become[@]}" mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | "${become[@]}" tee /etc/postgresql-common/createcluster.conf > /dev/null
fi

# Nor is nginx to serve anything but in the tests: no package may start what it brings.
if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${become[@]}" tee /usr/sbin/policy-rc.d > /dev/null
    "${become[@]}" chmod +x /usr/sbin/policy-rc.d
    trap '"${become[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
fi

echo "Installing what the tests need: ${missing[*]}"
"${become[@]}" apt-get update -qq
"${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confold "${missing[@]}" > /dev/null
