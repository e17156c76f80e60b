// SPDX-License-Identifier: BSD-3-Clause
// The smallest GAN: why plain GANs circle and a gradient penalty stops them, read off the eigenvalues of a Jacobian.
//
// The data are the point 0, the generator is the point theta, the discriminator D(x) = psi x (Mescheder et al., 2018).
#include <cmath>
#include <complex>
#include <cstdio>

#include <xgrad/autograd/autograd.h>

using namespace xgrad;

/// Where descent pushes (theta, psi): each player down its own loss, D's with gamma/2 E D'(x)^2 added (R1).
static Variable push(const Variable& players, double gamma) {
  const Variable theta = select(players, 0, 0);
  const Variable psi = select(players, 0, 1);
  const Variable x = zeros({}, players.dtype()).requires_grad_();
  const Variable r = psi * x;
  const Variable f = psi * theta;
  const Variable slope = grad(r, x, {.create_graph = true});
  const Variable d_loss = softplus(-r) + softplus(f) + 0.5 * gamma * square(slope);
  const Variable g_loss = -softplus(f);
  const GradOptions again = {.retain_graph = true, .create_graph = true};
  return -stack({grad(g_loss, theta, again), grad(d_loss, psi, again)});
}

/// An eigenvalue of the push's Jacobian at the equilibrium (0, 0), that with the larger imaginary or else real part.
static std::complex<double> eigenvalue(double gamma) {
  const auto at = [gamma](const Variable& players) { return push(players, gamma); };
  const auto j = jacobian(at, zeros({2}, DType::float64)).array().to_vector<double>();
  const double half_trace = 0.5 * (j[0] + j[3]);
  const double determinant = j[0] * j[3] - j[1] * j[2];
  return half_trace + std::sqrt(std::complex<double>(half_trace * half_trace - determinant));
}

/// The distance from the equilibrium after 500 simultaneous steps of size 0.1.
static double distance(double gamma) {
  Variable players = tensor<double>({1.0, -1.0}, {2});
  for (int step = 0; step < 500; ++step) {
    players = (players + 0.1 * push(players.requires_grad_(), gamma)).detach();
  }
  return norm(players).item();
}

int main() {
  struct Row {
    const char* name;
    double gamma;
    std::complex<double> eigenvalue;  // by hand: -gamma/2 + sqrt(gamma^2 - 1)/2
    double distance;                  // the recurrence in another program
  };
  const Row rows[] = {{"plain GAN", 0.0, {0.0, 0.5}, 2.25357854},
                      {"R1, gamma 0.3", 0.3, {-0.15, 0.4769696}, 9.1957e-4}};
  bool right = true;
  std::printf("%-14s %-24s %s\n", "", "eigenvalue", "distance after 500 steps, from 1.414");
  for (const Row& row : rows) {
    const std::complex<double> e = eigenvalue(row.gamma);
    const double d = distance(row.gamma);
    std::printf("%-14s %9.6f +- %.6f i  %10.4g\n", row.name, e.real(), e.imag(), d);
    right = right && std::abs(e - row.eigenvalue) < 1e-7 && std::abs(d - row.distance) < 1e-4 * row.distance;
  }
  const std::complex<double> heavy = eigenvalue(2.0);
  std::printf("%-14s %9.6f: no circling at all\n", "R1, gamma 2", heavy.real());
  return right && std::abs(heavy - (-1.0 + std::sqrt(0.75))) < 1e-12 ? 0 : 1;
}
