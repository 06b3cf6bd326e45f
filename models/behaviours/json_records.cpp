#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "behaviours/recording_table.hpp"

namespace evsweep {

namespace {

/// Reads JSON (RFC 8259) once from front to back and keeps the wanted members of the records, so that files of tens of megabytes
/// need no tree. Throws Stop after it has reported what is wrong.
class JsonRecords {
   public:
    JsonRecords(std::string_view text, const FilePath& file, const std::vector<std::string>& wanted, std::string_view path,
                Issues& issues)
        : text_(text), wanted_count_(wanted.size()), path_(path), issues_(issues) {
        table_.file = std::make_shared<const std::string>(file.path.string());
        for (std::size_t k = 0; k < wanted.size(); ++k) index_.emplace(wanted[k], k);
    }

    struct Stop {};

    RecordTable read() {
        skip_blanks();
        if (peek() == '[')
            read_records();
        else
            read_root_object();
        skip_blanks();
        if (at_ < text_.size()) stop("there is something behind the end of the JSON", "is a bracket missing?");
        table_.header.assign(names_.begin(), names_.end());
        table_.is_json = true;
        return std::move(table_);
    }

   private:
    static constexpr int deepest = 64;

    /// Its first member that is a list of objects holds the records.
    void read_root_object() {
        bool found = false;
        read_members([&](const std::string& key) {
            if (!found && peek() == '[' && begins_with_object()) {
                found = true;
                return read_records();
            }
            skip_value(key);
        });
        if (!found)
            stop("holds no list of sessions", "it must be a list of objects, or an object with such a list, e.g. `_items`");
    }

    [[nodiscard]] bool begins_with_object() const {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at_ + 1);
        return next != std::string_view::npos && (text_[next] == '{' || text_[next] == ']');
    }

    void read_records() {
        read_items([&](std::size_t) {
            if (peek() != '{') stop("a session is no object", "write {...}");
            row_ = {line_, std::vector<RecordCell>(wanted_count_, RecordCell{{}, line_, column()}), {}};
            read_value("");
            table_.rows.push_back(std::move(row_));
        });
    }

    /// A value of a record, whose scalars are cells under their paths.
    void read_value(const std::string& name) {
        const Deeper deeper(*this);
        if (peek() == '{') {
            read_members([&](const std::string& key) { read_value(name.empty() ? key : name + "." + key); });
        } else if (peek() == '[') {
            read_items([&](std::size_t) {
                forget(name + "[last]");
                read_value(name + "[last]");
            });
        } else {
            const int line = line_;
            const int first = column();
            std::string text = read_scalar();
            names_.insert(name);
            const auto wanted = index_.find(name);
            if (wanted != index_.end()) row_.cells[wanted->second] = {std::move(text), line, first};
        }
    }

    /// Of several items only the last one's members stay.
    void forget(const std::string& start) {
        for (const auto& [name, k] : index_)
            if (name.compare(0, start.size(), start) == 0) row_.cells[k].text.clear();
    }

    void skip_value(const std::string& name) {
        const Deeper deeper(*this);
        if (peek() == '{')
            read_members([&](const std::string& key) { skip_value(key); });
        else if (peek() == '[')
            read_items([&](std::size_t) { skip_value(name); });
        else
            (void)read_scalar();
    }

    template <class Member>
    void read_members(const Member& member) {
        take('{', "an object begins with {");
        skip_blanks();
        for (bool first = true; peek() != '}'; first = false) {
            if (!first) take(',', "a comma or } is missing");
            skip_blanks();
            if (peek() != '"') stop("a name in quotes is missing", "");
            const std::string key = read_string();
            skip_blanks();
            take(':', "a colon is missing");
            skip_blanks();
            member(key);
            skip_blanks();
        }
        take('}', "");
    }

    template <class Item>
    void read_items(const Item& item) {
        take('[', "a list begins with [");
        skip_blanks();
        for (std::size_t k = 0; peek() != ']'; ++k) {
            if (k > 0) take(',', "a comma or ] is missing");
            skip_blanks();
            item(k);
            skip_blanks();
        }
        take(']', "");
    }

    /// The text of a string, number or truth; empty for null.
    std::string read_scalar() {
        if (peek() == '"') return read_string();
        const std::size_t begin = at_;
        const auto belongs = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
        };
        while (at_ < text_.size() && belongs(text_[at_])) ++at_;
        const std::string_view word = text_.substr(begin, at_ - begin);
        if (word == "null") return {};
        const bool is_number = !word.empty() && (word[0] == '-' || std::isdigit(static_cast<unsigned char>(word[0])));
        if (!is_number && word != "true" && word != "false") {
            at_ = begin;
            stop(word == "NaN" ? "NaN is no JSON" : "a value is missing",
                 "write a text in quotes, a number, true, false or null");
        }
        return std::string(word);
    }

    std::string read_string() {
        take('"', "");
        std::string text;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\n') break;
            if (text_[at_] == '\\')
                read_escape(text);
            else
                text += text_[at_];
        }
        if (at_ >= text_.size() || text_[at_] != '"') stop("a text does not end on its line", "add the closing quote");
        ++at_;
        return text;
    }

    void read_escape(std::string& text) {
        static constexpr std::string_view letters = "\"\\/bfnrt";
        static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char letter = ++at_ < text_.size() ? text_[at_] : '\0';
        const std::size_t known = letters.find(letter);
        if (letter == 'u') return read_code_point(text);
        if (known == std::string_view::npos) stop("an escape is not known", "JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
        text += meanings[known];
    }

    /// \uXXXX as UTF-8; halves of pairs, which names and times have none of, become question marks.
    void read_code_point(std::string& text) {
        unsigned code = 0;
        for (int k = 0; k < 4; ++k) {
            const char c = ++at_ < text_.size() ? text_[at_] : '\0';
            if (!std::isxdigit(static_cast<unsigned char>(c))) stop("\\u needs four hexadecimal digits", "");
            code =
                code * 16 + static_cast<unsigned>(std::isdigit(static_cast<unsigned char>(c)) ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        const auto add = [&text](unsigned byte) { text += static_cast<char>(byte); };
        if (code < 0x80U) return add(code);
        if (code < 0x800U) return add(0xC0U | code >> 6U), add(0x80U | (code & 0x3FU));
        if (code >= 0xD800U && code < 0xE000U) return add('?');
        add(0xE0U | code >> 12U), add(0x80U | (code >> 6U & 0x3FU)), add(0x80U | (code & 0x3FU));
    }

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] int column() const { return static_cast<int>(at_ - line_start_) + 1; }

    void take(char c, const char* otherwise) {
        if (peek() != c) stop(at_ >= text_.size() ? "the file ends too early" : otherwise, "is it whole?");
        ++at_;
    }

    void skip_blanks() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') ++line_, line_start_ = at_ + 1;
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
        }
    }

    [[noreturn]] void stop(const std::string& problem, std::string hint) {
        issues_.error({table_.file, line_, column()}, std::string(path_), problem, std::move(hint));
        throw Stop{};
    }

    /// One level of nesting.
    class Deeper {
       public:
        explicit Deeper(JsonRecords& reader) : reader_(reader) {
            if (++reader_.depth_ > deepest) reader_.stop("nested more than 64 levels deep", "no session needs that");
        }
        ~Deeper() { --reader_.depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;

       private:
        JsonRecords& reader_;
    };

    std::string_view text_;
    std::size_t wanted_count_;
    std::string_view path_;
    Issues& issues_;
    std::map<std::string, std::size_t> index_;
    std::set<std::string> names_;
    RecordTable table_;
    RecordRow row_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    int line_ = 1;
    int depth_ = 0;
};

}  // namespace

std::optional<RecordTable> read_json_records(std::string_view text, const FilePath& file, const std::vector<std::string>& wanted,
                                             std::string_view path, Issues& issues) {
    try {
        return JsonRecords(text, file, wanted, path, issues).read();
    } catch (const JsonRecords::Stop&) {
        return std::nullopt;
    }
}

}  // namespace evsweep
