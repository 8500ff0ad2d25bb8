# shellcheck shell=bash
# What the dashboard is tried with: a browser, and the web server of its image. Source after common.sh.

# install_browser: Debian's Chromium, and its nginx with the module that sends what is compressed already. That package starts a server
# with settings of its own, at the platform's port 80, now and whenever the machine starts; nobody wants that one.
install_browser() {
  local there=true
  [[ -e /usr/sbin/nginx ]] || there=false
  install_packages chromium nginx-light libnginx-mod-http-brotli-static
  [[ $there == true ]] || stop_service nginx
}

# stop_service NAME: now and for the future, with whatever starts services here; nothing where nothing does.
stop_service() {
  ! have update-rc.d || update-rc.d "$1" disable >/dev/null 2>&1 || warn "the service $1 could not be disabled"
  ! have invoke-rc.d || invoke-rc.d --quiet "$1" stop >/dev/null 2>&1 || true
}
