#include "sim/record/result_file.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "evsweep/contracts.hpp"
#include "sim/record/driven_file.hpp"
#include "sim/record/hdf5.hpp"
#include "sim/record/new_file.hpp"
#include "sim/record/seal.hpp"

namespace evsweep {
namespace {

constexpr std::size_t smallest_chunked_bytes = 4096;  // below it, a chunk index costs more than compression saves
constexpr std::size_t largest_chunk_bytes = std::size_t{1} << 20U;
constexpr int compression = 4;  // higher levels take longer and gain next to nothing on shuffled doubles

/// An id of the C interface that closes itself.
class Handle {
   public:
    Handle(hid_t id, herr_t (*close)(hid_t)) : id_(require(id)), close_(close) {}
    ~Handle() { close_(id_); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    [[nodiscard]] hid_t id() const { return id_; }

   private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

/// Attributes keep their order, which is also what lets HDF5 store one above 64 kB.
void track_attributes(hid_t creation_list) {
    require(H5Pset_attr_creation_order(creation_list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
}

void track_members(hid_t creation_list) {
    require(H5Pset_link_creation_order(creation_list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
}

/// A file in memory, or in `on_disk`.
H5::H5File growing_file(const std::string& name, const std::shared_ptr<DrivenFile>& on_disk) {
    H5::FileAccPropList access;
    if (on_disk)
        DrivenFile::drive(access.getId(), on_disk);
    else
        access.setCore(largest_chunk_bytes, false);
    // The superblock stays the oldest: the image of a newer one comes with a wrong checksum from HDF5 1.10.
    H5::FileCreatPropList creation;
    track_members(creation.getId());
    track_attributes(creation.getId());
    return H5::H5File(name, H5F_ACC_TRUNC, creation, access);
}

std::size_t product(const std::vector<hsize_t>& sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), std::size_t{1}, std::multiplies<>());
}

/// Chunks are the whole array, its leading dimensions halved until a chunk is at most a megabyte.
std::vector<hsize_t> chunk_of(std::vector<hsize_t> sizes, std::size_t value_bytes) {
    for (hsize_t& size : sizes)
        while (size > 1 && product(sizes) * value_bytes > largest_chunk_bytes) size = (size + 1) / 2;
    return sizes;
}

H5::DSetCreatPropList storage_of(const std::vector<hsize_t>& sizes, const H5::DataType& type) {
    H5::DSetCreatPropList storage;
    require(H5Pset_obj_track_times(storage.getId(), false));  // the same study gives the same arrays, byte for byte
    track_attributes(storage.getId());
    const bool text = type.getClass() == H5T_STRING;  // its characters lie in a heap that filters do not reach
    if (text || sizes.empty() || product(sizes) * type.getSize() < smallest_chunked_bytes) return storage;
    storage.setChunk(static_cast<int>(sizes.size()), chunk_of(sizes, type.getSize()).data());
    storage.setShuffle();
    storage.setDeflate(compression);
    return storage;
}

H5::DataSpace space_of(const std::vector<hsize_t>& sizes) {
    return sizes.empty() ? H5::DataSpace(H5S_SCALAR) : H5::DataSpace(static_cast<int>(sizes.size()), sizes.data());
}

/// Writes one attribute of each kind of value on a group or an array.
struct AttributeWriter {
    H5::H5Object& on;
    const std::string& name;

    void operator()(const std::string& text) const {
        const char* characters = text.c_str();
        create(text_type(), {}).write(text_type(), &characters);
    }
    void operator()(double value) const { create(H5::PredType::IEEE_F64LE, {}).write(H5::PredType::NATIVE_DOUBLE, &value); }
    void operator()(std::int64_t value) const { create(H5::PredType::STD_I64LE, {}).write(H5::PredType::NATIVE_INT64, &value); }
    void operator()(const std::vector<double>& values) const {
        create(H5::PredType::IEEE_F64LE, {values.size()}).write(H5::PredType::NATIVE_DOUBLE, values.data());
    }
    void operator()(const std::vector<std::string>& texts) const {
        std::vector<const char*> characters;
        for (const auto& text : texts) characters.push_back(text.c_str());
        create(text_type(), {texts.size()}).write(text_type(), characters.data());
    }

   private:
    [[nodiscard]] H5::Attribute create(const H5::DataType& type, const std::vector<hsize_t>& sizes) const {
        if (on.attrExists(name)) on.removeAttr(name);
        return on.createAttribute(name, type, space_of(sizes));
    }
};

void write_attributes(H5::H5Object& on, const Attributes& attributes) {
    for (const auto& [name, value] : attributes) {
        const auto* numbers = std::get_if<std::vector<double>>(&value);
        const auto* texts = std::get_if<std::vector<std::string>>(&value);
        if ((numbers && numbers->empty()) || (texts && texts->empty())) continue;  // empty lists upset netCDF readers
        std::visit(AttributeWriter{on, name}, value);
    }
}

std::string child(const std::string& group, const std::string& name) { return group == "/" ? "/" + name : group + "/" + name; }

}  // namespace

/// The file as it grows, with the sizes of the dimensions that each group knows.
class ResultFile::Image {
   public:
    Image(const std::string& name, const std::shared_ptr<DrivenFile>& on_disk)
        : on_disk_(on_disk), file_(growing_file(name, on_disk)) {}

    H5::Group group(const std::string& path) {
        EVSWEEP_EXPECTS(!path.empty() && path.front() == '/', "the path of a group starts at the root");
        for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
            make(path.substr(0, slash));
        if (path != "/") make(path);
        return file_.openGroup(path);
    }

    void add_dimension(const std::string& group_path, const std::string& name, std::size_t size) {
        ArrayPlace place{group_path, name, {name}};
        H5::DataSet scale = create(place, H5::PredType::IEEE_F32BE, size);
        // This sentence is how netCDF distinguishes a bare dimension from a coordinate; the ten digits are part of the form.
        std::string digits = std::to_string(size);
        digits.insert(0, digits.size() < 10 ? 10 - digits.size() : 0, ' ');
        require(H5DSset_scale(scale.getId(), ("This is a netCDF dimension but not a netCDF variable." + digits).c_str()));
    }

    void write(const ArrayPlace& place, const H5::DataType& on_disk, const H5::DataType& in_memory, const void* values,
               std::size_t count) {
        H5::DataSet array = create(place, on_disk, count);
        if (count > 0) array.write(values, in_memory);
        if (is_coordinate(place)) require(H5DSset_scale(array.getId(), place.name.c_str()));
        write_attributes(array, place.attributes);
        if (on_disk_) on_disk_->require_written();  // a disk that is full need not be told more
    }

    void flush() { file_.flush(H5F_SCOPE_GLOBAL); }

    std::vector<unsigned char> bytes() {
        flush();
        const auto size = H5Fget_file_image(file_.getId(), nullptr, 0);
        require(size);
        std::vector<unsigned char> image(static_cast<std::size_t>(size));
        require(H5Fget_file_image(file_.getId(), image.data(), image.size()));
        return image;
    }

   private:
    static bool is_coordinate(const ArrayPlace& place) { return place.dims == std::vector<std::string>{place.name}; }

    void make(const std::string& path) {
        if (!made_.insert(path).second) return;
        const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
        track_members(creation.id());
        track_attributes(creation.id());
        const Handle group(H5Gcreate2(file_.getId(), path.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Gclose);
    }

    H5::DataSet create(const ArrayPlace& place, const H5::DataType& type, std::size_t count) {
        H5::Group parent = group(place.group);
        if (is_coordinate(place)) dimensions_[child(place.group, place.name)] = count;
        std::vector<hsize_t> sizes;
        for (const auto& dim : place.dims) {
            const auto known = dimensions_.find(child(place.group, dim));
            EVSWEEP_EXPECTS(known != dimensions_.end(), "the dimension " + dim + " of " + place.name + " was written before");
            sizes.push_back(known->second);
        }
        EVSWEEP_EXPECTS(product(sizes) == count, "the values of " + place.name + " fill its dimensions");
        H5::DataSet array = parent.createDataSet(place.name, type, space_of(sizes), storage_of(sizes, type));
        if (!is_coordinate(place)) attach_scales(array, parent, place.dims);
        return array;
    }

    static void attach_scales(const H5::DataSet& array, const H5::Group& parent, const std::vector<std::string>& dims) {
        for (std::size_t i = 0; i < dims.size(); ++i) {
            const H5::DataSet scale = parent.openDataSet(dims[i]);
            require(H5DSattach_scale(array.getId(), scale.getId(), static_cast<unsigned>(i)));
        }
    }

    std::shared_ptr<DrivenFile> on_disk_;
    H5::H5File file_;
    std::set<std::string> made_;
    std::map<std::string, std::size_t> dimensions_;  ///< by "group/name"
};

ResultFile::ResultFile(std::filesystem::path path, GrowsIn where) : path_(std::move(path)) {
    if (where == GrowsIn::folder) on_disk_ = std::make_shared<DrivenFile>(NewFile(path_));
    image_ = guarded(path_, "cannot be prepared", [&] { return std::make_unique<Image>(path_.filename().string(), on_disk_); });
    annotate("/", {{"evsweep_layout", result_layout}});
}

ResultFile::~ResultFile() {
    const QuietHdf5 quiet;
    image_.reset();
}
ResultFile::ResultFile(ResultFile&&) noexcept = default;
ResultFile& ResultFile::operator=(ResultFile&&) noexcept = default;

void ResultFile::annotate(const std::string& group, const Attributes& attributes) {
    guarded(path_, "the notes on " + group + " cannot be written", [&] {
        H5::Group opened = image_->group(group);
        write_attributes(opened, attributes);
    });
}

void ResultFile::add_dimension(const std::string& group, const std::string& name, std::size_t size) {
    guarded(path_, "the dimension " + child(group, name) + " cannot be written",
            [&] { image_->add_dimension(group, name, size); });
}

void ResultFile::write(const ArrayPlace& place, std::span<const double> values) {
    if (place.step > 0.0) return write_rounded(place, values);
    guarded(path_, child(place.group, place.name) + " cannot be written",
            [&] { image_->write(place, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, values.data(), values.size()); });
}

void ResultFile::write_rounded(ArrayPlace place, std::span<const double> values) {
    std::vector<float> rounded(values.size());
    const double step = place.step;
    std::transform(values.begin(), values.end(), rounded.begin(),
                   [step](double value) { return static_cast<float>(step * std::nearbyint(value / step)); });
    place.attributes.emplace_back("rounded_to", step);
    guarded(path_, child(place.group, place.name) + " cannot be written",
            [&] { image_->write(place, H5::PredType::IEEE_F32LE, H5::PredType::NATIVE_FLOAT, rounded.data(), rounded.size()); });
}

void ResultFile::write(const ArrayPlace& place, std::span<const std::int32_t> values) {
    guarded(path_, child(place.group, place.name) + " cannot be written",
            [&] { image_->write(place, H5::PredType::STD_I32LE, H5::PredType::NATIVE_INT32, values.data(), values.size()); });
}

void ResultFile::write(const ArrayPlace& place, std::span<const unsigned char> bytes) {
    guarded(path_, child(place.group, place.name) + " cannot be written",
            [&] { image_->write(place, H5::PredType::STD_U8LE, H5::PredType::NATIVE_UINT8, bytes.data(), bytes.size()); });
}

void ResultFile::write(const ArrayPlace& place, std::span<const std::string> values) {
    std::vector<const char*> characters(values.size());
    std::transform(values.begin(), values.end(), characters.begin(), [](const std::string& text) { return text.c_str(); });
    guarded(path_, child(place.group, place.name) + " cannot be written",
            [&] { image_->write(place, text_type(), text_type(), characters.data(), characters.size()); });
}

std::vector<unsigned char> ResultFile::finish() {
    EVSWEEP_EXPECTS(!on_disk_, "a file that is handed over as bytes grew in memory");
    auto bytes = guarded(path_, "cannot be completed in memory", [&] { return image_->bytes(); });
    image_.reset();
    add_seal(bytes);
    return bytes;
}

NewFile ResultFile::complete() {
    if (!on_disk_) {
        NewFile file(path_);
        file.write(finish());
        return file;
    }
    guarded(path_, "cannot be completed", [&] { image_->flush(); });
    {
        const QuietHdf5 quiet;
        image_.reset();
    }
    return on_disk_->sealed();
}

void ResultFile::commit() { complete().place(); }

std::string link_name(const std::string& name) {
    std::string link = name;
    std::replace(link.begin(), link.end(), '/', '_');
    return link.empty() || link == "." || link == ".." ? "_" + link : link;
}

}  // namespace evsweep
