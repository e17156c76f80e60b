# SPDX-License-Identifier: BSD-3-Clause
# The install tree: headers, library, programs and what finds them.
