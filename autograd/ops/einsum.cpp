// SPDX-License-Identifier: BSD-3-Clause
// Einsum by composition: diagonals, sums and batched matrix products, whose rules make its derivatives of any order.
#include <xgrad/autograd/ops/einsum.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <sstream>

#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/linalg.h>
#include <xgrad/autograd/ops/reduce.h>

namespace xgrad {

namespace {

/// A letter, or an axis of the ellipsis counted from its end: -1, -2, ...
using Label = int;
using Labels = std::vector<Label>;

bool has(const Labels& labels, Label l) { return std::ranges::find(labels, l) != labels.end(); }

std::int64_t place_of(const Labels& labels, Label l) { return std::ranges::find(labels, l) - labels.begin(); }

/// An operand, or a product of several, with a label an axis.
struct Term {
  Variable value;
  Labels labels;

  std::int64_t extent(Label l) const { return value.size(place_of(labels, l)); }
  /// Sums over the labels that `keep` lacks.
  void sum_over_others(const Labels& keep) {
    Axes axes;
    Labels rest;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (has(keep, labels[i])) {
        rest.push_back(labels[i]);
      } else {
        axes.push_back(static_cast<std::int64_t>(i));
      }
    }
    if (!axes.empty()) value = sum(value, axes);
    labels = rest;
  }
  /// The value with its axes in another order.
  Variable ordered(const Labels& order) const {
    if (order == labels) return value;
    Axes perm;
    for (const Label l : order) perm.push_back(place_of(labels, l));
    return permute(value, perm);
  }
};

[[noreturn]] void throw_malformed(const std::string& equation, const std::string& what) {
  throw ValueError("[einsum] \"" + equation + "\": " + what);
}

constexpr Label ellipsis = 0;  ///< in a subscript that is not expanded yet

/// One subscript: letters, and at most one ellipsis.
Labels read_subscript(const std::string& equation, const std::string& text) {
  Labels labels;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if (text.compare(i, 3, "...") == 0) {
      if (has(labels, ellipsis)) throw_malformed(equation, "an ellipsis stands twice in \"" + text + "\"");
      labels.push_back(ellipsis);
      i += 2;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      labels.push_back(c);
    } else {
      throw_malformed(equation, std::string("'") + c + "' is neither a letter nor part of \"...\", \",\" or \"->\"");
    }
  }
  return labels;
}

/// The ellipsis of a subscript as `count` labels ending in -1.
Labels expanded(const Labels& subscript, std::size_t count) {
  Labels out;
  for (const Label l : subscript) {
    if (l != ellipsis) {
      out.push_back(l);
    } else {
      for (auto k = static_cast<Label>(count); k > 0; --k) out.push_back(-k);
    }
  }
  return out;
}

struct Equation {
  std::vector<Labels> inputs;
  Labels output;
};

/// Reads the equation for operands of these ranks.
Equation parse(const std::string& text, const Variables& operands) {
  const std::size_t arrow = text.find("->");
  std::vector<Labels> subscripts;
  std::istringstream left(text.substr(0, arrow) + ",");  // a subscript may be empty, the last one too
  for (std::string piece; std::getline(left, piece, ',');) subscripts.push_back(read_subscript(text, piece));
  if (subscripts.size() != operands.size()) {
    throw_malformed(
        text, std::to_string(subscripts.size()) + " operands named, " + std::to_string(operands.size()) + " given");
  }
  Equation e;
  std::size_t widest = 0;
  bool dots = false;
  std::map<Label, int> uses;  // in order of the alphabet
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const bool open = has(subscripts[i], ellipsis);
    const std::size_t letters = subscripts[i].size() - (open ? 1 : 0), rank = operands[i].rank();
    if (open ? rank < letters : rank != letters) {
      throw ShapeError("[einsum] \"" + text + "\": operand " + std::to_string(i) + " of shape " +
                       to_string(operands[i].shape()) + " does not have the " + std::to_string(letters) +
                       (open ? " axes or more that are named" : " axes that are named"));
    }
    dots = dots || open;
    widest = std::max(widest, rank - letters);
    e.inputs.push_back(expanded(subscripts[i], rank - letters));
    for (const Label l : subscripts[i]) ++uses[l];
  }
  Labels output;
  if (arrow != std::string::npos) {
    output = read_subscript(text, text.substr(arrow + 2));
    for (std::size_t i = 0; i < output.size(); ++i) {
      const std::string name = output[i] == ellipsis ? "..." : std::string(1, static_cast<char>(output[i]));
      if (!uses.count(output[i])) throw_malformed(text, "output \"" + name + "\" stands in no operand");
      if (place_of(output, output[i]) != static_cast<std::int64_t>(i)) {
        throw_malformed(text, "output \"" + name + "\" is given twice");
      }
    }
  } else {
    if (dots) output.push_back(ellipsis);
    for (const auto& [label, count] : uses) {
      if (label != ellipsis && count == 1) output.push_back(label);
    }
  }
  e.output = expanded(output, widest);
  return e;
}

/// The extent of every label. @throws ShapeError when operands disagree; axes of the ellipsis broadcast.
std::map<Label, std::int64_t> extents_of(const std::string& text, const std::vector<Term>& terms) {
  std::map<Label, std::int64_t> extents;
  for (const Term& term : terms) {
    for (std::size_t i = 0; i < term.labels.size(); ++i) {
      const Label l = term.labels[i];
      const std::int64_t n = term.value.shape()[i];
      const auto [known, added] = extents.emplace(l, n);
      if (added || known->second == n) continue;
      if (l < 0 && known->second == 1) known->second = n;
      if (l < 0 && (n == 1 || known->second == n)) continue;
      throw ShapeError(
          "[einsum] \"" + text + "\": " +
          (l < 0 ? "the ellipsis stands for sizes " : std::string("'") + static_cast<char>(l) + "' is of sizes ") +
          std::to_string(known->second) + " and " + std::to_string(n) + (l < 0 ? ", which do not broadcast" : ""));
    }
  }
  return extents;
}

/// A label twice in one term is its diagonal.
void take_diagonals(Term& term) {
  Labels& labels = term.labels;
  for (std::size_t i = 0; i < labels.size();) {
    const auto first = labels.begin() + static_cast<std::ptrdiff_t>(i);
    const Label l = *first;
    const auto again = std::find(first + 1, labels.end(), l);
    if (again == labels.end()) {
      ++i;
      continue;
    }
    term.value = diagonal(term.value, 0, static_cast<std::int64_t>(i), again - labels.begin());
    labels.erase(again);
    labels.erase(labels.begin() + static_cast<std::ptrdiff_t>(i));
    labels.push_back(l);
  }
}

/// Drops the axes of one element that broadcast against longer ones.
void drop_broadcast(Term& term, const std::map<Label, std::int64_t>& extents) {
  Axes axes;
  Labels rest;
  for (std::size_t i = 0; i < term.labels.size(); ++i) {
    if (term.value.shape()[i] == extents.at(term.labels[i])) {
      rest.push_back(term.labels[i]);
    } else {
      axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (!axes.empty()) term.value = squeeze(term.value, axes);
  term.labels = rest;
}

Labels joined(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The product of two terms, summed over the labels that both have and `keep` lacks.
Term contract(const Term& a, const Term& b, const Labels& keep) {
  Labels batch, inner, rows, columns;
  for (const Label l : a.labels) (!has(b.labels, l) ? rows : has(keep, l) ? batch : inner).push_back(l);
  std::ranges::copy_if(b.labels, std::back_inserter(columns), [&](Label l) { return !has(a.labels, l); });
  const auto shape_of = [&](const Labels& labels) {
    Shape shape;
    for (const Label l : labels) shape.push_back((has(a.labels, l) ? a : b).extent(l));
    return shape;
  };
  const std::int64_t n = shape_of(batch).numel(), r = shape_of(rows).numel(), c = shape_of(columns).numel();
  const Labels labels = joined(joined(batch, rows), columns);
  if (inner.empty()) {  // nothing to sum: products of elements
    const Variable left = reshape(a.ordered(joined(batch, rows)), Shape{n, r, 1});
    const Variable right = reshape(b.ordered(joined(batch, columns)), Shape{n, 1, c});
    return {reshape(left * right, shape_of(labels)), labels};
  }
  // Either order of the last axes will do, since matmul reads both: take the one that stands.
  const std::int64_t k = shape_of(inner).numel();
  const bool transpose_a = a.labels == joined(joined(batch, inner), rows);
  const bool transpose_b = b.labels == joined(joined(batch, columns), inner);
  const Variable left = reshape(transpose_a ? a.value : a.ordered(joined(joined(batch, rows), inner)),
                                transpose_a ? Shape{n, k, r} : Shape{n, r, k});
  const Variable right = reshape(transpose_b ? b.value : b.ordered(joined(joined(batch, inner), columns)),
                                 transpose_b ? Shape{n, c, k} : Shape{n, k, c});
  return {reshape(matmul(left, right, transpose_a, transpose_b), shape_of(labels)), labels};
}

}  // namespace

Variable einsum(const std::string& equation, const Variables& operands) {
  if (operands.empty()) throw ValueError("[einsum] needs at least one operand");
  for (const Variable& x : operands) {
    detail::check_floating("einsum", x.array());
    detail::check_same_dtype("einsum", operands.front().array(), x.array());
  }
  const Equation e = parse(equation, operands);
  std::vector<Term> terms;
  for (std::size_t i = 0; i < operands.size(); ++i) terms.push_back({operands[i], e.inputs[i]});
  const auto extents = extents_of(equation, terms);
  for (Term& term : terms) {
    take_diagonals(term);
    drop_broadcast(term, extents);
  }
  // What is still needed after each term: the output, and the labels of the terms to come.
  std::vector<Labels> needed(terms.size(), e.output);
  for (std::size_t i = terms.size(); i-- > 1;) needed[i - 1] = joined(needed[i], terms[i].labels);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    Labels keep = needed[i];
    for (std::size_t j = 0; j < i; ++j) keep = joined(keep, terms[j].labels);
    terms[i].sum_over_others(keep);
  }
  return detail::named("einsum", [&] {
    Term product = terms.front();
    for (std::size_t i = 1; i < terms.size(); ++i) product = contract(product, terms[i], needed[i]);
    return product.ordered(e.output);
  });
}

}  // namespace xgrad
