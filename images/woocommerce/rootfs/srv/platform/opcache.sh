# shellcheck shell=bash
# PHP's cache of compiled code: a folder that can be written to, as PHP demands, whose one entry is the code that was compiled when
# the image was built.
mkdir -p /tmp/opcache
for compiled in /srv/opcache/*; do
  ln -sfn "$compiled" "/tmp/opcache/${compiled##*/}"
done
