// SPDX-License-Identifier: BSD-3-Clause
// safetensors: the header is checked as it is parsed, the layout before anything is allocated.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/file.h>
#include <xgrad/nn/json.h>
#include <xgrad/nn/safetensors.h>

namespace xgrad::nn {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

using std::uint64_t;

constexpr uint64_t max_header = 100'000'000;  // the specification's limit
constexpr const char* metadata_key = "__metadata__";

float half_to_float(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24, exact
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

float bfloat_to_float(std::uint16_t value) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

template <class T>
std::int64_t to_int64(T value) noexcept {
  return value;
}
std::int64_t to_truth(std::uint8_t value) noexcept { return value != 0 ? 1 : 0; }

// Each element through `convert`.
template <auto convert, class Narrow, class Wide>
void widen(const std::string& bytes, Array& to) {
  Wide* out = to.mutable_data<Wide>();
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Narrow)) {
    Narrow value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    *out++ = convert(value);
  }
}
template <class Narrow>
constexpr auto widen_integers = widen<to_int64<Narrow>, Narrow, std::int64_t>;

struct StoredInfo {
  const char* name;
  uint64_t size;
  DType dtype;                                // as an Array
  void (*widen)(const std::string&, Array&);  // null: bit for bit
};
constexpr StoredInfo stored_infos[] = {{"F64", 8, DType::float64, nullptr},
                                       {"F32", 4, DType::float32, nullptr},
                                       {"I64", 8, DType::int64, nullptr},
                                       {"F16", 2, DType::float32, widen<half_to_float, std::uint16_t, float>},
                                       {"BF16", 2, DType::float32, widen<bfloat_to_float, std::uint16_t, float>},
                                       {"I32", 4, DType::int64, widen_integers<std::int32_t>},
                                       {"I16", 2, DType::int64, widen_integers<std::int16_t>},
                                       {"I8", 1, DType::int64, widen_integers<std::int8_t>},
                                       {"U32", 4, DType::int64, widen_integers<std::uint32_t>},
                                       {"U16", 2, DType::int64, widen_integers<std::uint16_t>},
                                       {"U8", 1, DType::int64, widen_integers<std::uint8_t>},
                                       {"BOOL", 1, DType::int64, widen<to_truth, std::uint8_t, std::int64_t>}};

const char* stored_name(DType dtype) {
  return std::find_if(std::begin(stored_infos), std::end(stored_infos), [&](auto& i) { return i.dtype == dtype; })
      ->name;
}

/// A text of the file for a message: escaped, and not longer than a line.
std::string shown(const std::string& text) {
  constexpr std::size_t longest = 100;
  std::string s = nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return s.size() <= longest ? s : s.substr(0, longest) + "...";
}

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw FormatError(file + ": not a valid safetensors file: " + why);
}

/// One tensor as the header describes it.
struct Entry {
  std::string name;
  std::optional<std::string> dtype;
  std::optional<std::vector<uint64_t>> shape;
  std::optional<std::vector<uint64_t>> offsets;
};

/// Takes nlohmann's parse events and admits nothing but a safetensors header. The depth is bounded by the schema, and
/// keys given twice, which a JSON object would hide, are seen.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;
  std::string problem;

  bool start_object(std::size_t) override {
    switch (place_) {
      case Place::start:
        place_ = Place::top;
        return true;
      case Place::entry:
        place_ = Place::fields;
        return true;
      case Place::metadata:
        place_ = Place::metadata_keys;
        return true;
      default:
        return refuse("an object where none belongs");
    }
  }
  bool key(string_t& name) override {
    if (place_ == Place::top) {
      if (!names_.insert(name).second) return refuse("the key " + shown(name) + " is given twice");
      if (name == metadata_key) {
        place_ = Place::metadata;
      } else {
        entries.push_back({name, {}, {}, {}});
        place_ = Place::entry;
      }
      return true;
    }
    if (place_ == Place::metadata_keys) {
      if (metadata.count(name) != 0) return refuse("the metadata key " + shown(name) + " is given twice");
      metadata_key_ = name;
      place_ = Place::metadata_value;
      return true;
    }
    Entry& entry = entries.back();
    if (name == "dtype") {
      place_ = Place::dtype;
      return !entry.dtype || refuse("'dtype' is given twice");
    }
    if (name == "shape" || name == "data_offsets") {
      place_ = Place::list;
      list_ = name == "shape" ? &entry.shape : &entry.offsets;
      return !*list_ || refuse("'" + name + "' is given twice");
    }
    return refuse("unknown key " + shown(name));
  }
  bool end_object() override {
    if (place_ == Place::fields) {
      const Entry& entry = entries.back();
      if (!entry.dtype || !entry.shape || !entry.offsets) return refuse("dtype, shape or data_offsets is missing");
    }
    place_ = place_ == Place::top ? Place::end : Place::top;
    return true;
  }
  bool start_array(std::size_t) override {
    if (place_ != Place::list) return refuse("an array where none belongs");
    list_->emplace();
    place_ = Place::numbers;
    return true;
  }
  bool end_array() override {
    place_ = Place::fields;
    return true;
  }
  bool string(string_t& value) override {
    if (place_ == Place::dtype) {
      entries.back().dtype = value;
      place_ = Place::fields;
      return true;
    }
    if (place_ == Place::metadata_value) {
      metadata.emplace(metadata_key_, value);
      place_ = Place::metadata_keys;
      return true;
    }
    return refuse("a string where none belongs");
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::numbers) return refuse("a number where none belongs");
    (*list_)->push_back(value);
    return true;
  }
  bool number_integer(number_integer_t value) override { return refuse("negative number " + std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override {
    return refuse(shown(text) + " is no whole number of 64 bits");
  }
  bool null() override { return refuse("null where none belongs"); }
  bool boolean(bool) override { return refuse("a truth value where none belongs"); }
  bool binary(binary_t&) override { return refuse("binary data"); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    problem = std::string(error.what()).substr(0, 300);
    return false;
  }

 private:
  enum class Place { start, top, entry, fields, dtype, list, numbers, metadata, metadata_keys, metadata_value, end };

  bool refuse(const std::string& why) {
    const bool in_entry = place_ != Place::top && place_ < Place::metadata && !entries.empty();
    problem = in_entry ? "tensor " + shown(entries.back().name) + ": " + why : why;
    return false;
  }

  Place place_ = Place::start;
  std::set<std::string> names_;
  std::optional<std::vector<uint64_t>>* list_ = nullptr;
  std::string metadata_key_;
};

/// A tensor whose description has been found true.
struct Plan {
  std::string name;
  const StoredInfo* stored;
  Shape shape;
  uint64_t begin;
  uint64_t size;
};

Plan plan_entry(const std::string& file, const Entry& entry, uint64_t data_size) {
  const auto complain = [&](const std::string& why) { refuse(file, "tensor " + shown(entry.name) + ": " + why); };
  const auto* stored = std::find_if(std::begin(stored_infos), std::end(stored_infos),
                                    [&](const StoredInfo& i) { return i.name == *entry.dtype; });
  if (stored == std::end(stored_infos)) {
    throw FormatError(file + ": tensor " + shown(entry.name) + " has dtype " + shown(*entry.dtype) +
                      "; F64, F32, I64, F16 and BF16 are read, I32, I16, I8, U32, U16, U8 and BOOL too");
  }
  std::vector<std::int64_t> extents;
  for (const uint64_t extent : *entry.shape) {
    if (extent > static_cast<uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      complain("extent " + std::to_string(extent) + " is too large");
    }
    extents.push_back(static_cast<std::int64_t>(extent));
  }
  Shape shape;
  try {
    shape = Shape(extents);
  } catch (const ShapeError& error) {
    complain(error.what());
  }
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<uint64_t>(shape.numel()), stored->size, &bytes)) {
    complain("the size of shape " + to_string(shape) + " overflows");
  }
  const std::vector<uint64_t>& offsets = *entry.offsets;
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_size) {
    complain("data_offsets are not a range inside the " + std::to_string(data_size) + " bytes of data");
  }
  if (offsets[1] - offsets[0] != bytes) {
    complain("data_offsets span " + std::to_string(offsets[1] - offsets[0]) + " bytes, but " + *entry.dtype + " " +
             to_string(shape) + " takes " + std::to_string(bytes));
  }
  return {entry.name, stored, shape, offsets[0], bytes};
}

/// The ranges must cover the data exactly: no overlap, no hole, nothing left.
void check_cover(const std::string& file, const std::vector<Plan>& plans, uint64_t data_size) {
  std::vector<const Plan*> order;
  for (const Plan& plan : plans) order.push_back(&plan);
  std::sort(order.begin(), order.end(),
            [](const Plan* a, const Plan* b) { return std::pair(a->begin, a->size) < std::pair(b->begin, b->size); });
  uint64_t at = 0;
  for (const Plan* plan : order) {
    if (plan->begin != at) {
      refuse(file, "the data of tensor " + shown(plan->name) + " " +
                       (plan->begin < at ? "overlaps" : "leaves a hole after") + " the data before it");
    }
    at += plan->size;
  }
  if (at != data_size) refuse(file, std::to_string(data_size - at) + " bytes follow the last tensor");
}

/// Reads through `read(to, offset, size)`, which throws when it cannot, from a source of `size` bytes.
template <class Read>
SafeTensors load(const std::string& file, uint64_t size, const Read& read) {
  if (size < 8) refuse(file, "it has only " + std::to_string(size) + " bytes");
  uint64_t header_size = 0;
  read(&header_size, 0, sizeof header_size);
  if (header_size > max_header) refuse(file, "a header of " + std::to_string(header_size) + " bytes is announced");
  if (header_size > size - 8) {
    refuse(file, "truncated: a header of " + std::to_string(header_size) + " bytes is announced, " +
                     std::to_string(size - 8) + " follow");
  }
  std::string header(header_size, '\0');
  read(header.data(), 8, header.size());
  if (header.empty() || header.front() != '{') refuse(file, "the header does not begin with '{'");
  // nlohmann takes a zero byte for the end of its input and would not look at what follows.
  if (header.find('\0') != std::string::npos) refuse(file, "the header holds a zero byte");
  HeaderReader reader;
  if (!nlohmann::json::sax_parse(header, &reader)) refuse(file, reader.problem);

  const uint64_t data_begin = 8 + header_size;
  std::vector<Plan> plans;
  for (const Entry& entry : reader.entries) plans.push_back(plan_entry(file, entry, size - data_begin));
  check_cover(file, plans, size - data_begin);

  SafeTensors result;
  result.metadata = std::move(reader.metadata);
  for (const Plan& plan : plans) {
    Array array(plan.shape, plan.stored->dtype);
    const uint64_t at = data_begin + plan.begin;
    if (plan.stored->widen) {
      std::string narrow(plan.size, '\0');
      read(narrow.data(), at, plan.size);
      plan.stored->widen(narrow, array);
    } else {
      read(array.mutable_raw(), at, plan.size);
    }
    result.tensors.emplace_back(plan.name, std::move(array));
  }
  return result;
}

/// A JSON string literal. @throws ValueError when the text is not UTF-8
std::string quoted(const std::string& text) {
  try {
    return detail::write_json(nlohmann::json(text));
  } catch (const nlohmann::json::exception&) {
    throw ValueError("[save_safetensors] a name or metadata text is not UTF-8");
  }
}

std::string make_header(const StateDict& tensors, const std::map<std::string, std::string>& metadata,
                        const std::vector<std::size_t>& order) {
  std::vector<uint64_t> begins(tensors.size());
  uint64_t at = 0;
  for (const std::size_t i : order) {
    begins[i] = at;
    at += tensors[i].second.nbytes();
  }
  std::string header = "{";
  if (!metadata.empty()) {
    header += quoted(metadata_key) + ":{";
    for (const auto& [key, value] : metadata) header += quoted(key) + ":" + quoted(value) + ",";
    header.back() = '}';
    header += ',';
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Array& array = tensors[i].second;
    header += quoted(tensors[i].first) + ":{\"dtype\":\"" + stored_name(array.dtype()) + "\",\"shape\":[";
    for (std::size_t axis = 0; axis < array.rank(); ++axis) {
      header += (axis == 0 ? "" : ",") + std::to_string(array.shape()[axis]);
    }
    header +=
        "],\"data_offsets\":[" + std::to_string(begins[i]) + "," + std::to_string(begins[i] + array.nbytes()) + "]},";
  }
  if (header.back() == ',') header.pop_back();
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');  // the length takes 8 bytes, so data starts 8-byte aligned
  if (header.size() > max_header) throw ValueError("[save_safetensors] the header would exceed 100 MB");
  return header;
}

}  // namespace

SafeTensors parse_safetensors(std::string_view bytes, const std::string& name) {
  return load(name, bytes.size(), [&](void* to, uint64_t offset, uint64_t size) {
    if (size > 0) std::memcpy(to, bytes.data() + offset, size);
  });
}

SafeTensors load_safetensors(const std::string& path) {
  const InputFile file(path);
  return load(path, file.size(), [&](void* to, uint64_t offset, uint64_t size) { file.read(to, offset, size); });
}

void save_safetensors(const std::string& path, const StateDict& tensors,
                      const std::map<std::string, std::string>& metadata) {
  std::set<std::string_view> names;
  for (const auto& [name, array] : tensors) {
    if (name == metadata_key) throw ValueError("[save_safetensors] '__metadata__' is a reserved name");
    if (!names.insert(name).second) throw ValueError("[save_safetensors] '" + name + "' is given twice");
    if (!array.defined()) throw ValueError("[save_safetensors] '" + name + "' is an undefined array");
  }
  // Wide elements first, so that each array lies aligned without padding, which the format forbids.
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return size_of(tensors[a].second.dtype()) > size_of(tensors[b].second.dtype());
  });
  const std::string header = make_header(tensors, metadata, order);
  const uint64_t header_size = header.size();
  AtomicFile file(path);
  file.write(&header_size, sizeof header_size);
  file.write(header);
  for (const std::size_t i : order) file.write(tensors[i].second.raw(), tensors[i].second.nbytes());
  file.commit();
}

}  // namespace xgrad::nn
