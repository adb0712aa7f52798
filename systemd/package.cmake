# The Debian package, made with `cpack` after a release build (./server/package). Destinations are
# paths on the machine it is installed on. See systemd/package for what runs there.

# The manual and the sample of the settings are written by the program itself, so that they say what
# it does.
set(program ${CMAKE_BINARY_DIR}/grantexd)
set(parts ${CMAKE_SOURCE_DIR}/systemd)
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

install(TARGETS grantexd RUNTIME DESTINATION usr/bin)
install(FILES ${parts}/grantexd.service ${parts}/grantexd.socket ${parts}/grantexd-backup.service
              ${parts}/grantexd-backup.timer
        DESTINATION lib/systemd/system)
install(FILES ${parts}/sysusers.conf DESTINATION usr/lib/sysusers.d RENAME grantexd.conf)
install(FILES ${parts}/tmpfiles.conf DESTINATION usr/lib/tmpfiles.d RENAME grantexd.conf)
install(FILES ${parts}/grafana/grantexd.json DESTINATION usr/share/grantexd/grafana)
install(FILES ${parts}/prometheus/grantexd.rules.yml DESTINATION usr/share/grantexd/prometheus)
install(FILES ${parts}/fronts/Caddyfile ${parts}/fronts/nginx.conf
        DESTINATION usr/share/doc/grantexd/examples)
install(FILES ${parts}/package/copyright DESTINATION usr/share/doc/grantexd)
install(FILES ${parts}/package/lintian-overrides
        DESTINATION usr/share/lintian/overrides RENAME grantexd)

set(written ${CMAKE_BINARY_DIR}/package)
file(MAKE_DIRECTORY ${written})
install(CODE "
    function(write_to file)
        execute_process(COMMAND \${ARGN} OUTPUT_FILE ${written}/\${file} COMMAND_ERROR_IS_FATAL ANY)
    endfunction()
    function(compress file source)
        # Without name and time, so that the same input gives the same package.
        write_to(\${file} gzip -9 -n -c \${source})
    endfunction()
    write_to(grantexd.conf ${program} config sample)
    write_to(grantexd.1 ${program} man)
    compress(grantexd.1.gz ${written}/grantexd.1)
    compress(changelog.gz ${parts}/package/changelog)
")
# The group that may read it is given in postinst: it does not exist where the package is made.
install(FILES ${written}/grantexd.conf DESTINATION etc/grantexd
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${written}/grantexd.1.gz DESTINATION usr/share/man/man1)
install(FILES ${written}/changelog.gz DESTINATION usr/share/doc/grantexd)

# What cpack packages was built before; it builds nothing itself.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME grantexd)
set(CPACK_PACKAGE_VENDOR grantexd)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "grantexd maintainers <maintainers@grantexd.invalid>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# Static: no library. The time zones of policies are read from tzdata.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, tzdata")
# Whom webhooks and mail servers are trusted by.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "caddy | nginx, prometheus")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "server by which people allow, limit and revoke AI agents")
set(CPACK_PACKAGE_DESCRIPTION
"grantexd speaks the open Grantex protocol: an agent asks for scopes, a person
allows them on a page, and the agent gets a signed grant token that any
service verifies offline and the person revokes at any time. It delegates,
keeps a hash-chained audit log, announces events by signed webhooks and
watches for anomalies.

It is one static program with one SQLite file. The package starts it on
127.0.0.1:3001, with a key of its own, a daily backup, a Grafana dashboard
and rules for Prometheus.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${parts}/package/postinst ${parts}/package/prerm ${parts}/package/postrm
    ${parts}/package/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
