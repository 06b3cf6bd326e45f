#include "sim/record/result_reader.hpp"

#include <algorithm>
#include <type_traits>

#include "sim/record/hdf5.hpp"
#include "sim/record/result_file.hpp"
#include "sim/record/seal.hpp"

namespace evsweep {
namespace {

std::string take_text(char* characters) { return characters ? std::string(characters) : std::string(); }

/// How many values an array says it has. Compression gains a factor of 1032 at most: what says to hold more lies.
std::size_t count_of(const H5::DataSet& array) {
    const auto count = static_cast<std::size_t>(array.getSpace().getSimpleExtentNpoints());
    constexpr std::size_t slack = std::size_t{1} << 20U;
    const std::size_t most = (static_cast<std::size_t>(array.getStorageSize()) + slack) * 1032;
    if (count > most / std::max<std::size_t>(1, array.getDataType().getSize()))
        throw H5::DataSpaceIException("count_of", "more values than the file can hold");
    return count;
}
std::size_t count_of(const H5::Attribute& attribute) {
    return static_cast<std::size_t>(attribute.getSpace().getSimpleExtentNpoints());
}

/// Texts of an array or attribute, whether of fixed or of any length.
template <class Readable>
std::vector<std::string> read_texts(const Readable& from) {
    const H5::DataSpace space = from.getSpace();
    if (from.getTypeClass() != H5T_STRING) throw H5::DataTypeIException("read_texts", "not text");
    const std::size_t count = count_of(from);
    std::vector<char*> characters(count, nullptr);
    if (count == 0) return {};
    if constexpr (std::is_same_v<Readable, H5::Attribute>)
        from.read(text_type(), characters.data());
    else
        from.read(characters.data(), text_type());
    std::vector<std::string> texts;
    texts.reserve(count);
    for (char* text : characters) texts.push_back(take_text(text));
    require(H5Dvlen_reclaim(text_type().getId(), space.getId(), H5P_DEFAULT, characters.data()));
    return texts;
}

constexpr std::string_view bare_dimension = "This is a netCDF dimension";

/// A coordinate knows its name. That of a bare dimension is found by its place, for which HDF5 searches the whole file.
std::string name_of_scale(hid_t scale) {
    char name[256] = "";
    const auto length = H5DSget_scale_name(scale, name, sizeof name);
    const std::string_view known(name);
    if (length > 0 && length < static_cast<ssize_t>(sizeof name) && known.rfind(bare_dimension, 0) != 0)
        return std::string(known);
    const std::string path = H5::DataSet(scale).getObjName();
    return path.substr(path.rfind('/') + 1);
}

struct Found {
    std::vector<std::string> names;
    H5O_type_t wanted;
};

herr_t collect(hid_t group, const char* name, const H5L_info_t*, void* found) {
    H5O_info_t info;
    if (H5Oget_info_by_name(group, name, &info, H5P_DEFAULT) < 0) return -1;
    auto& list = *static_cast<Found*>(found);
    if (info.type == list.wanted) list.names.emplace_back(name);
    return 0;
}

void refuse_unless_whole(const std::filesystem::path& path) {
    switch (check_seal(path)) {
        case SealState::whole:
            return;
        case SealState::broken:
            throw FileError(path.string() + ": damaged since it was written; run the study again");
        case SealState::absent:
            throw FileError(path.string() + ": not an evsweep result; it is another program's file, or was cut off or changed");
    }
}

}  // namespace

/// The open file.
class ResultReader::Source {
   public:
    explicit Source(const std::string& path) : file(path, H5F_ACC_RDONLY) {}

    std::vector<std::string> children(const std::string& group, H5O_type_t wanted) const {
        Found found{{}, wanted};
        const H5::Group opened = file.openGroup(group);
        hsize_t next = 0;
        if (H5Literate(opened.getId(), H5_INDEX_CRT_ORDER, H5_ITER_INC, &next, collect, &found) >= 0) return found.names;
        found.names.clear();  // a file rewritten by another tool may have lost the order of creation
        next = 0;
        require(H5Literate(opened.getId(), H5_INDEX_NAME, H5_ITER_INC, &next, collect, &found));
        return found.names;
    }

    /// Calls `use(attribute)` if there is one of that name.
    template <class Use>
    void with_attribute(const std::string& path, const std::string& name, Use&& use) const {
        if (file.childObjType(path) == H5O_TYPE_GROUP) {
            const H5::Group on = file.openGroup(path);
            if (on.attrExists(name)) use(on.openAttribute(name));
        } else {
            const H5::DataSet on = file.openDataSet(path);
            if (on.attrExists(name)) use(on.openAttribute(name));
        }
    }

    H5::H5File file;
};

ResultReader::ResultReader(std::filesystem::path path) : path_(std::move(path)) {
    refuse_unless_whole(path_);
    source_ =
        guarded(path_, "not an evsweep result; HDF5 cannot open it", [&] { return std::make_unique<Source>(path_.string()); });
    const auto layout = number_attribute("/", "evsweep_layout");
    if (!layout) throw FileError(path_.string() + ": not an evsweep result; it names no layout");
    if (*layout != static_cast<double>(result_layout))
        throw FileError(path_.string() + ": its layout is version " + std::to_string(static_cast<long>(*layout)) +
                        ", this evsweep reads version " + std::to_string(result_layout) + "; use the evsweep that wrote it");
}

ResultReader::~ResultReader() = default;
ResultReader::ResultReader(ResultReader&&) noexcept = default;
ResultReader& ResultReader::operator=(ResultReader&&) noexcept = default;

bool ResultReader::has(const std::string& path) const {
    return guarded(path_, "damaged at " + path, [&] {
        for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
            if (!source_->file.nameExists(path.substr(0, slash))) return false;
        return path == "/" || source_->file.nameExists(path);
    });
}

std::vector<std::string> ResultReader::groups(const std::string& group) const {
    return guarded(path_, "damaged or incomplete at " + group, [&] { return source_->children(group, H5O_TYPE_GROUP); });
}

std::vector<std::string> ResultReader::arrays(const std::string& group) const {
    return guarded(path_, "damaged or incomplete at " + group, [&] { return source_->children(group, H5O_TYPE_DATASET); });
}

std::vector<double> ResultReader::numbers(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] {
        const H5::DataSet array = source_->file.openDataSet(path);
        std::vector<double> values(count_of(array));
        if (!values.empty()) array.read(values.data(), H5::PredType::NATIVE_DOUBLE);
        return values;
    });
}

void ResultReader::numbers(const std::string& path, std::size_t first, std::span<double> values) const {
    guarded(path_, "damaged or incomplete at " + path, [&] {
        const H5::DataSet array = source_->file.openDataSet(path);
        H5::DataSpace there = array.getSpace();
        if (there.getSimpleExtentNdims() != 1) throw H5::DataSpaceIException("numbers", "not a column");
        const hsize_t begin = first, count = values.size();
        there.selectHyperslab(H5S_SELECT_SET, &count, &begin);
        if (count > 0) array.read(values.data(), H5::PredType::NATIVE_DOUBLE, H5::DataSpace(1, &count), there);
    });
}

bool ResultReader::is_text(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path,
                   [&] { return source_->file.openDataSet(path).getTypeClass() == H5T_STRING; });
}

std::size_t ResultReader::size(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] { return count_of(source_->file.openDataSet(path)); });
}

bool ResultReader::is_bare_dimension(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] {
        const H5::DataSet array = source_->file.openDataSet(path);
        char name[64] = "";
        return H5DSis_scale(array.getId()) > 0 && H5DSget_scale_name(array.getId(), name, sizeof name) > 0 &&
               std::string_view(name).rfind(bare_dimension, 0) == 0;
    });
}

std::string ResultReader::bytes(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] {
        const H5::DataSet array = source_->file.openDataSet(path);
        std::string bytes(count_of(array), '\0');
        if (!bytes.empty()) array.read(bytes.data(), H5::PredType::NATIVE_UINT8);
        return bytes;
    });
}

std::vector<std::string> ResultReader::texts(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] { return read_texts(source_->file.openDataSet(path)); });
}

std::vector<std::string> ResultReader::dims(const std::string& path) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] {
        const H5::DataSet array = source_->file.openDataSet(path);
        if (H5DSis_scale(array.getId()) > 0) return std::vector<std::string>{path.substr(path.rfind('/') + 1)};
        std::vector<std::string> names;
        const auto note = [](hid_t, unsigned, hid_t scale, void* list) -> herr_t {
            static_cast<std::vector<std::string>*>(list)->push_back(name_of_scale(scale));
            return 1;  // one scale per dimension is enough
        };
        for (int i = 0; i < array.getSpace().getSimpleExtentNdims(); ++i)
            require(H5DSiterate_scales(array.getId(), static_cast<unsigned>(i), nullptr, note, &names));
        return names;
    });
}

std::vector<double> ResultReader::numbers_attribute(const std::string& path, const std::string& name) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] {
        std::vector<double> values;
        source_->with_attribute(path, name, [&](const H5::Attribute& attribute) {
            values.resize(static_cast<std::size_t>(attribute.getSpace().getSimpleExtentNpoints()));
            if (!values.empty()) attribute.read(H5::PredType::NATIVE_DOUBLE, values.data());
        });
        return values;
    });
}

std::optional<double> ResultReader::number_attribute(const std::string& path, const std::string& name) const {
    const auto values = numbers_attribute(path, name);
    return values.empty() ? std::nullopt : std::optional(values.front());
}

std::vector<std::string> ResultReader::texts_attribute(const std::string& path, const std::string& name) const {
    return guarded(path_, "damaged or incomplete at " + path, [&] {
        std::vector<std::string> texts;
        source_->with_attribute(path, name, [&](const H5::Attribute& attribute) { texts = read_texts(attribute); });
        return texts;
    });
}

std::string ResultReader::text_attribute(const std::string& path, const std::string& name) const {
    const auto texts = texts_attribute(path, name);
    return texts.empty() ? std::string() : texts.front();
}

}  // namespace evsweep
