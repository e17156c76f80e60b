// SPDX-License-Identifier: BSD-3-Clause
// A case: a few lines that once printed something else than what is right, which stands in the .txt beside them.
#pragma once

#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include <xgrad/autograd/autograd.h>

namespace xgrad::cases {

/// Cases by name.
inline std::map<std::string, std::function<void()>>& all() {
  static std::map<std::string, std::function<void()>> cases;
  return cases;
}

/// Registers one; named as its file is.
struct Case {
  Case(const char* name, std::function<void()> run) { all().emplace(name, std::move(run)); }
};

/// An array's numbers with six digits, which every machine agrees on, and its dtype.
inline std::string values(const Array& a) {
  std::ostringstream text;
  for (const double x : a.to_vector<double>()) text << x << " ";
  return text.str() + name_of(a.dtype());
}

/// Prints what f gives, or which op refused it and whether it named bytes.
template <class F>
void print(const char* what, const F& f) {
  std::cout << what << ": ";
  try {
    std::cout << f() << "\n";
  } catch (const std::exception& e) {
    const std::string said = e.what();
    const bool bytes = said.find("bytes") != std::string::npos || said.find("iB") != std::string::npos;
    std::cout << "refused by " << said.substr(0, said.find(']') + 1) << (bytes ? ", which names bytes" : "") << "\n";
  }
}

}  // namespace xgrad::cases
