// SPDX-License-Identifier: BSD-3-Clause
// Signal handlers that only set a flag.
#include <unistd.h>
#include <csignal>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/interrupt.h>

namespace xgrad::gan_mnist {

namespace {

volatile std::sig_atomic_t seen = 0;

extern "C" void on_interrupt(int signal) {
  if (seen && signal != SIGPIPE) _exit(exit_interrupted);  // there is more than one line to write into a closed pipe
  seen = 1;
}

}  // namespace

void catch_interrupts() noexcept {
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGPIPE, &action, nullptr);  // who reads along has gone
  struct sigaction before = {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // the terminal has, and not under nohup
}

bool interrupted() noexcept { return seen != 0; }

}  // namespace xgrad::gan_mnist
