/// Text for a terminal: tables of numbers, in blocks where their columns do not fit side by side, and tables of sentences that
/// wrap.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace evsweep {

/// Columns that `text` takes on a terminal: its code points (wide and combining characters are not distinguished).
[[nodiscard]] std::size_t display_width(const std::string& text);

/// `text` with every control character replaced, so that a name from a file cannot steer the terminal.
[[nodiscard]] std::string printable(std::string text);

/// A table of numbers: rows of equal length; the first row is the heading, the first column the row labels.
struct TextTable {
    std::vector<std::vector<std::string>> rows;
    std::size_t repeated = 1;  ///< leading columns that every block repeats

    std::size_t widest_label = 36;     ///< row labels break between words to stay within it
    std::size_t narrowest_label = 24;  ///< and, where that lets all columns stand side by side, even within this

    /// Lines that end in '\n'; labels flush left, cells flush right, a rule below the heading, at most `width` columns
    /// unless a single column is wider.
    [[nodiscard]] std::string text(std::size_t width) const;
};

/// Words of `text` in lines of at most `width` columns (longer words stand alone); all but the first begin with `set_in`.
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, std::size_t width, const std::string& set_in = {});

/// A table of sentences: rows under a header, columns padded to their widest cell; the last column wraps so that the whole keeps
/// within `width`, and where that does not do, all but the first. Columns that are empty in every row are left out. Every line
/// begins with `indent` blanks.
[[nodiscard]] std::string text_table(const std::vector<std::string>& header, std::vector<std::vector<std::string>> rows,
                                     std::size_t indent, std::size_t width);

}  // namespace evsweep
