/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "advice.h"

#include <stddef.h>

const char *
advice_for(enum code code)
{
  switch (code) {
  case CODE_OPTION_UNKNOWN:
    return "hutch --help lists the options; a command that begins with a dash comes after --";
  case CODE_USERNS_NOT_DISABLED:
    return "--disable-userns keeps the command from making any";
  case CODE_ID_UNMAPPED:
    return "whoever made the namespace has to write its id maps first";
  case CODE_HOST_PROC_MISSING:
    return "the host's own proc has to be mounted at /proc";
  case CODE_DBUS_MISSING:
    return "the bus must be running, and DBUS_SESSION_BUS_ADDRESS or DBUS_SYSTEM_BUS_ADDRESS say "
           "where; an option with -try skips a bus that is not there";
  case CODE_DBUS_ADDRESS:
    return "unix:path=... is an address that can be passed on";
  case CODE_DBUS_PROXY_MISSING:
    return "the package xdg-dbus-proxy has it";
  case CODE_DBUS_PROXY_UNSAFE:
    return "a program that only root can write, as that of the system, must be the first in PATH";
  case CODE_PRIVILEGED:
    return "hutch needs no privilege: chmod u-s,g-s and setcap -r take them away";
  default:
    return NULL;
  }
}
