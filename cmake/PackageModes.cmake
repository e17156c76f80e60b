# SPDX-License-Identifier: BSD-3-Clause
# Run by CPack before it packs: folders that it made itself, under whatever umask, are for everybody too.
file(CHMOD_RECURSE "${CPACK_TEMPORARY_INSTALL_DIRECTORY}" DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
