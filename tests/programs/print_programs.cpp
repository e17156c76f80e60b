// SPDX-License-Identifier: BSD-3-Clause
// Writes a C++ file that holds printed programs and checks that they give what the programs gave.
#include <fstream>
#include <iostream>

#include "draft.h"
#include "vocabulary.h"

using namespace xgrad;
using namespace xgrad::test;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: print_programs FILE.cpp\n";
    return 2;
  }
  std::vector<Program> programs;
  for (const Operation& operation : vocabulary()) {
    Program program;
    for (std::uint64_t seed = 0; program.n_operations() == 0 && seed < 1000; ++seed) {  // not every draw fits
      Draft draft(seed);
      draft.input(draft.shape_of_rank(static_cast<std::size_t>(draft.integer(0, 4))));
      draft.add(operation);
      program = draft.finish();
    }
    if (program.n_operations() == 0) {
      std::cerr << "no draw fits: " << operation.expression.text << "\n";
      return 1;
    }
    programs.push_back(std::move(program));
  }
  for (std::uint64_t seed = 0; seed < 20; ++seed) programs.push_back(random_program(seed, vocabulary()));

  std::ofstream out(argv[1]);
  out << "// Written by print_programs.\n#include <xgrad/autograd/ops.h>\n\n#include <iostream>\n\nnamespace xgrad "
         "{\n\n"
         "int wrong = 0;\n\n"
         "void check(const char* name, const Variable& got, const Shape& shape, const std::vector<double>& expected) "
         "{\n"
         "  if (got.shape() == shape && got.array().to_vector<double>() == expected) return;\n"
         "  std::cerr << name << \" gives \" << got << \"\\n\";\n  ++wrong;\n}\n\n";
  std::string checks;
  for (std::size_t k = 0; k < programs.size(); ++k) {
    const std::string name = "program" + std::to_string(k);
    out << to_cpp(programs[k], name) << "\n";
    const Variables results = programs[k](programs[k].inputs());
    for (std::size_t i = 0; i < results.size(); ++i) {
      checks +=
          "  check(\"" + name + "\", xgrad::" + name + "(xgrad::" + name + "_inputs())[" + std::to_string(i) + "], ";
      std::string list;
      for (const auto e : results[i].shape()) list += (list.empty() ? "" : ", ") + std::to_string(e);
      checks += "{" + list + "}, {";
      list.clear();
      for (const double v : results[i].array().to_vector<double>()) list += (list.empty() ? "" : ", ") + to_cpp(v);
      checks += list + "});\n";
    }
  }
  out << "}  // namespace xgrad\n\nint main() {\n  using xgrad::check;\n"
      << checks << "  return xgrad::wrong != 0;\n}\n";
  return out.flush() ? 0 : 1;
}
