/// What the tests of reading share: files in a folder of their own, texts of issues, plug-ins that only tests know.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "evsweep/document.hpp"
#include "evsweep/values.hpp"

namespace evsweep::test {

[[nodiscard]] inline std::vector<std::string> texts(const Issues& issues) {
    std::vector<std::string> list;
    for (const auto& issue : issues.list()) list.push_back(to_text(issue));
    return list;
}

/// A folder that vanishes with the test.
class Folder {
   public:
    explicit Folder(const std::string& name)
        : path_(std::filesystem::temp_directory_path() / ("evsweep_" + name + "_" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }
    [[nodiscard]] std::filesystem::path path() const { return path_; }

    /// The same texts with the folder's name taken out, so that they can be compared.
    [[nodiscard]] std::vector<std::string> local(std::vector<std::string> list) const {
        const std::string prefix = path_.string() + "/";
        for (auto& text : list)
            for (std::size_t i = text.find(prefix); i != std::string::npos; i = text.find(prefix)) text.erase(i, prefix.size());
        return list;
    }

   private:
    std::filesystem::path path_;
};

/// One value as it stands in a file `f.yaml` at line 1, column 4, under the key `x`.
template <class T>
struct ReadValue {
    std::optional<T> value;
    std::vector<std::string> issues;
};
template <class T>
[[nodiscard]] ReadValue<T> read(const std::string& text, const std::string& variate_unit = {}) {
    Issues issues;
    const Node root = parse_yaml("x: " + text, "f.yaml", issues);
    Reader reader{issues, variate_unit};
    ReadValue<T> result;
    if (const Node* node = root.find("x")) result.value = Value<T>::read(*node, "x", reader);
    result.issues = texts(issues);
    return result;
}

using Texts = std::vector<std::string>;

}  // namespace evsweep::test
