#include "sim/record/appendix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <system_error>

#include "sim/record/new_file.hpp"
#include "sim/record/seal.hpp"

namespace evsweep {

namespace {

constexpr std::size_t appendix_end_size = 54;  // of what appendix_end gives
constexpr std::string_view appendix_mark = "\nevsweep appendix ";

/// What follows an appendix: where it begins in the file, and its size.
std::string appendix_end(std::uint64_t begin, std::uint64_t size) {
    return fmt::format("{}{:016x} {:016x}   ", appendix_mark, begin, size);
}

std::uint64_t hexadecimal(const std::string& text, std::size_t at) {
    std::uint64_t number = 0;
    std::from_chars(text.data() + at, text.data() + at + 16, number, 16);
    return number;
}

}  // namespace

void add_appendix(NewFile& file, const ScratchFile& appendix) {
    const std::uint64_t begin = file.size(), size = appendix.size();
    std::vector<unsigned char> chunk(std::size_t{1} << 20U);
    for (std::uint64_t at = 0; at < size; at += chunk.size()) {
        const auto part = std::span(chunk).first(static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), size - at)));
        appendix.read(at, part);
        file.write_at(begin + at, part);
    }
    const std::string end = appendix_end(begin, size);
    file.write_at(begin + size, std::span(reinterpret_cast<const unsigned char*>(end.data()), end.size()));
    add_seal(file, begin + size + end.size());
}

AppendixReader::AppendixReader(std::filesystem::path path) : path_(std::move(path)) {
    std::ifstream file(path_, std::ios::binary);
    constexpr std::size_t behind = appendix_end_size + seal_size;
    std::string end(appendix_end_size, ' ');
    std::error_code error;
    const std::uint64_t total = std::filesystem::file_size(path_, error);
    if (error || !file.seekg(-static_cast<std::streamoff>(behind), std::ios::end) ||
        !file.read(end.data(), static_cast<std::streamsize>(end.size())) || end.rfind(appendix_mark, 0) != 0)
        throw FileError(path_.string() +
                        ": is not a part of a study: it holds no replicas as they were run; "
                        "parts are made by `evsweep run --replicas-from A --to B`");
    begin_ = hexadecimal(end, appendix_mark.size());
    size_ = hexadecimal(end, appendix_mark.size() + 17);
    if (begin_ > total || size_ > total - begin_ || begin_ + size_ + behind != total)
        throw FileError(path_.string() + ": is damaged; run this part of the study again");
}

std::vector<unsigned char> AppendixReader::read(std::uint64_t offset, std::uint64_t bytes) const {
    std::ifstream file(path_, std::ios::binary);
    const bool is_within = offset <= size_ && bytes <= size_ - offset;
    std::vector<unsigned char> found(is_within ? static_cast<std::size_t>(bytes) : 0);
    if (!is_within || !file.seekg(static_cast<std::streamoff>(begin_ + offset)) ||
        !file.read(reinterpret_cast<char*>(found.data()), static_cast<std::streamsize>(found.size())))
        throw FileError(path_.string() + ": cannot be read as it was before; was it changed meanwhile? Run the command again");
    return found;
}

}  // namespace evsweep
