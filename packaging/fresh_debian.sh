#!/usr/bin/env bash
# Prove both commands on a Debian with nothing but Python: as root, then as an ordinary user.
#
# sudo packaging/fresh_debian.sh SUITE FOLDER [COMMAND...]
#
# SUITE is bookworm or trixie. The commands default to a start with a display, a screenshot
# without one, and the tests. The committed state of this checkout is used. How apt and pip
# reach their servers is taken from this machine, and stays out of the project.
set -euo pipefail
suite=$1
folder=$(realpath -m "$2")
shift 2
commands=("$@")
if [ ${#commands[@]} -eq 0 ]; then
    commands=(
        "timeout 60 python3 run.py || [ \$? -eq 124 ] # still open after a minute"
        "python3 run.py --screenshot window.png"
        "python3 run.py --offscreen --screenshot offscreen.png"
        "python3 run.py test"
    )
fi
here=$(dirname "$(dirname "$(realpath "$0")")")
mirror=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mounted=()
display_pid=

clean_up() {
    for place in "${mounted[@]}"; do umount -l "$place" || true; done
    if [ -n "$display_pid" ]; then kill "$display_pid"; fi
}
trap clean_up EXIT

make_base() {
    if [ -e "$folder/$suite-base/made" ]; then return; fi
    rm -rf --one-file-system "$folder/$suite-base"
    debootstrap --variant=minbase --include=python3 "$suite" "$folder/$suite-base" "$mirror"
    grep -rlE '^ *Acquire' /etc/apt/apt.conf.d |
        xargs -r cp -t "$folder/$suite-base/etc/apt/apt.conf.d"
    reach_the_index > "$folder/$suite-base/etc/pip.conf"
    cp /etc/ssl/certs/ca-certificates.crt "$folder/$suite-base/etc/host-ca.crt"
    touch "$folder/$suite-base/made"
}

reach_the_index() {
    echo "[global]"
    echo "cert = /etc/host-ca.crt"
    python3 -m pip config list | sed -n "s/^[^ ]*index-url='\(https\?:.*\)'$/index-url = \1/p"
}

make_root() { # NAME: a fresh copy of the base with a clone of the project
    root="$folder/$suite-$1"
    if grep -q " $root/" /proc/mounts; then
        echo "$root holds mounts of an earlier run; umount them first" >&2
        exit 1
    fi
    rm -rf --one-file-system "$root"
    cp -a "$folder/$suite-base" "$root"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    for place in proc sys dev dev/pts; do
        mount --bind "/$place" "$root/$place"
        mounted=("$root/$place" "${mounted[@]}")
    done
    mkdir -p "$root/srv"
    git clone -q "file://$here" "$root/srv/workstation"
}

start_display() {
    rm -f "$folder/display"
    mkfifo "$folder/display"
    Xvfb -displayfd 3 -screen 0 1920x1080x24 -noreset -nolisten tcp 2> /dev/null 3> "$folder/display" &
    display_pid=$!
    read -r display < "$folder/display"
}

run_in() { # USER COMMAND
    echo "---- $suite, $1: $2"
    local code=0 begun=$SECONDS
    chroot "$root" /usr/bin/env -i HOME="/home/$1" USER="$1" DISPLAY=":$display" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        setpriv --reuid "$1" --regid "$1" --init-groups \
        sh -c "cd /srv/workstation && $2" < /dev/null || code=$?
    echo "---- $suite, $1: $2: exit code $code after $((SECONDS - begun)) s"
    return "$code"
}

as_root() {
    make_root as-root
    mkdir -p "$root/home/root"
    local failed=0
    for command in "${commands[@]}"; do run_in root "$command" || failed=1; done
    return "$failed"
}

as_a_user() { # the user is told one line, an administrator runs it, then all works
    make_root as-user
    chroot "$root" useradd --create-home trader
    chown -R "$(chroot "$root" id -u trader):$(chroot "$root" id -g trader)" "$root/srv/workstation"
    local failed=0
    for command in "python3 run.py setup" "${commands[@]}"; do
        if run_in trader "$command" > "$folder/answer" 2>&1; then
            cat "$folder/answer"
            continue
        fi
        cat "$folder/answer"
        line=$(sed -n "s/^ *\(sh -c 'apt-get update .*\)$/\1/p" "$folder/answer")
        if [ -z "$line" ] || ! run_in root "$line" || ! run_in trader "$command"; then
            failed=1
        fi
    done
    return "$failed"
}

mkdir -p "$folder"
make_base
start_display
failed=0
as_root || failed=1
as_a_user || failed=1
if [ "$failed" -ne 0 ]; then echo "$suite: something failed, see above"; exit 1; fi
echo "$suite: all commands worked as root and as an ordinary user"
