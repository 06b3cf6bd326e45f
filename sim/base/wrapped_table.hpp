/// Plain text tables and paragraphs that keep within a width.
#pragma once

#include <string>
#include <vector>

namespace evsweep {

/// Words of `text` in lines of at most `width` characters (longer words stand alone).
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, std::size_t width);

/// Rows under a header, columns padded to their widest cell; the last column wraps so that the whole keeps within
/// `width`, and where that does not do, all but the first. Columns that are empty in every row are left out. Every line begins
/// with `indent` blanks.
[[nodiscard]] std::string text_table(const std::vector<std::string>& header, std::vector<std::vector<std::string>> rows,
                                     std::size_t indent, std::size_t width);

}  // namespace evsweep
