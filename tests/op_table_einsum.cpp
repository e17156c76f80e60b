// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/einsum.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

OpRow row_of_einsum() {
  const auto of = [](const std::string& equation, const std::vector<Shape>& shapes) {
    Variables xs;
    for (std::size_t i = 0; i < shapes.size(); ++i) xs.push_back(uniform_in(shapes[i], -2.0, 2.0, i + 1));
    return Sample([equation](const Variables& x) { return einsum(equation, x); }, xs);
  };
  const auto refused = [](const std::string& equation, const std::vector<Shape>& shapes) {
    return [=] {
      Variables xs;
      for (const Shape& s : shapes) xs.push_back(ones(s));
      einsum(equation, xs);
    };
  };
  return {
      "einsum",
      Smoothness::smooth,
      {of("ij->ji", {{2, 3}}),
       of("ij->", {{2, 3}}),
       of("ii->i", {{3, 3}}),
       of("ii", {{3, 3}}),
       of("iji,jii->j", {{2, 3, 2}, {3, 2, 2}}),
       of("iii->i", {{2, 2, 2}}),
       of("ij,jk", {{2, 3}, {3, 4}}),
       of("bij,bkj->bik", {{2, 2, 3}, {2, 4, 3}}),
       of("i,j->ij", {{3}, {2}}),
       of("i,i->", {{4}, {4}}),
       of("ij,ij->ij", {{2, 3}, {2, 3}}),
       of("ij,k->", {{2, 3}, {4}}),
       of("...ij,...jk->...ik", {{2, 1, 2, 3}, {4, 3, 2}}),
       of("i...->...", {{2, 3, 2}}),
       of("b...,b->...", {{2, 3}, {2}}),
       of("...,...->", {{2, 3}, {1, 3}}),
       of("bn,anm,bm->ba", {{2, 3}, {2, 3, 2}, {2, 2}}),
       of("ab,bc,cd,de->ae", {{2, 2}, {2, 3}, {3, 2}, {2, 1}}),
       of("ij,jk->ik", {{2, 0}, {0, 3}}),
       of("ij,jk->ik", {{0, 2}, {2, 3}}),
       of("ij,jk->ik", {{1, 1}, {1, 1}}),
       of(",i->i", {{}, {3}})},
      {throws<ShapeError>(refused("ij,jk->ik", {{2, 3}, {4, 5}}), "[einsum] \"ij,jk->ik\": 'j' is of sizes 3 and 4"),
       throws<ShapeError>(refused("ii", {{2, 3}}), "'i' is of sizes 2 and 3"),
       throws<ShapeError>(refused("...i,...i->...", {{2, 3}, {4, 3}}),
                          "the ellipsis stands for sizes 2 and 4, which do not broadcast"),
       throws<ShapeError>(refused("ijk->i", {{2, 3}}),
                          "operand 0 of shape (2, 3) does not have the 3 axes that are named"),
       throws<ShapeError>(refused("...ijk->i", {{2, 3}}), "does not have the 3 axes or more that are named"),
       throws<ValueError>(refused("ij->ik", {{2, 3}}), "output \"k\" stands in no operand"),
       throws<ValueError>(refused("ij->...", {{2, 3}}), "output \"...\" stands in no operand"),
       throws<ValueError>(refused("ij->ii", {{2, 3}}), "output \"i\" is given twice"),
       throws<ValueError>(refused("i..j", {{2, 3}}), "'.' is neither a letter nor part of"),
       throws<ValueError>(refused("...i...", {{2, 3}}), "an ellipsis stands twice in"),
       throws<ValueError>(refused("i,j->ij", {{2}}), "2 operands named, 1 given"),
       throws<ValueError>(refused("i", {}), "[einsum] needs at least one operand"),
       throws<DTypeError>([] { einsum("i->", {integers({1}, {1})}); }, "[einsum] takes float32 or float64"),
       throws<DTypeError>(
           [] {
             einsum("i,i", {ones({1}), ones({1}, DType::float64)});
           },
           "[einsum] dtypes differ")}};
}

}  // namespace

OpRows einsum_rows() { return {row_of_einsum()}; }

}  // namespace xgrad::test
