/// Carries out the statements of an OpenDSS script that build a circuit; solving, plotting and exporting are left out.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {

/// Whether a class that is not read would change the solution.
[[nodiscard]] bool is_harmful(const std::string& class_name);

class Script {
   public:
    using ReadFile = std::function<std::optional<std::string>(const std::filesystem::path&)>;

    Script(ReadFile read_file, Issues& issues);

    /// Carries out a file and those it names.
    void run(const SourceText& source);
    [[nodiscard]] Circuit& circuit() { return *circuit_; }
    [[nodiscard]] PropertyReader& reader() { return reader_; }

   private:
    using Parameters = std::vector<Parameter>;
    using Statement = void (Script::*)(const Parameters&);
    struct Command {
        std::string_view name;
        Statement statement;
    };
    static const std::vector<Command>& commands();
    static const Command* command_of(const std::string& word);

    /// The object that the next properties belong to; of a class that is left out there is none.
    struct Active {
        ObjectClass* object_class = nullptr;
        std::size_t index = 0;
        bool left_out = false;
    };
    struct Found {
        std::filesystem::path path;
        std::string text;
    };

    void line(std::string_view text, const Position& at);
    void carry_out(const Parameters& parameters);

    void clear(const Parameters& p);
    void make(const Parameters& p);
    void edit(const Parameters& p);
    void more(const Parameters& p);
    void batch_edit(const Parameters& p);
    void select(const Parameters& p);
    void enable(const Parameters& p);
    void disable(const Parameters& p);
    void open(const Parameters& p);
    void close(const Parameters& p);
    void set(const Parameters& p);
    void solve(const Parameters& p);
    void redirect(const Parameters& p);
    void compile(const Parameters& p);
    void change_folder(const Parameters& p);
    void bus_coordinates(const Parameters& p);
    void set_bus_coordinates(const Parameters& p);
    void latitude_longitude(const Parameters& p);
    void set_bus_base(const Parameters& p);
    void variable(const Parameters& p);
    void pass(const Parameters&) {}
    /// What follows a Solve in which controls acted finds them where they stopped.
    void note_change(const Position& at) {
        if (circuit_->acted.file && !circuit_->changed.file) circuit_->changed = at;
    }
    void calculate(const Parameters&) { calculate_lines(*circuit_); }
    void leave_out(const Parameters& p);
    void refuse(const Parameters& p);
    void stop(const Parameters&) { stopped_ = true; }

    void edit_named(const Parameters& p);
    void make_circuit(const std::string& name, const Parameters& p);
    void add(ObjectClass& object_class, const std::string& name, const Parameters& p);
    void make_another(ObjectClass& object_class, const std::string& name, const std::string& problem, const Parameters& p);
    void assign(const Parameter& parameter, const Parameters& all);
    void set_properties(const Active& target, const Parameters& p, std::size_t first);
    [[nodiscard]] std::size_t end_of_values(const Parameters& p, std::size_t first, const std::string& of_what);
    void option(const Parameter& parameter);
    void allocate_loads(const Parameters& p);
    void allocation_factors(const Value& value);
    void switch_element(const Parameters& p, bool closed);
    void enable_element(const Parameters& p, bool enabled);
    void read_coordinates(const Parameters& p, bool latitude_first);
    /// The object that `class.name` names; reports where there is none.
    std::optional<Active> named(const Parameters& p);
    ObjectClass* class_of(const std::string& name);
    /// `ending` is what the name may leave out.
    std::optional<Found> find_file(const std::string& name, const Position& at, const std::string& ending = {});
    /// The same without a message.
    std::optional<Found> look_for(const std::string& name, const std::string& ending = {});
    [[nodiscard]] std::filesystem::path path_from_here(std::string path) const;

    ReadFile read_file_;
    PropertyReader reader_;
    std::unique_ptr<Circuit> circuit_;
    Variables variables_;
    Active active_;
    std::vector<std::filesystem::path> files_;  ///< being read, outermost first
    std::filesystem::path data_folder_;         ///< where files are looked for too
    std::size_t files_read_ = 0;
    std::size_t batch_edits_ = 0;
    bool stopped_ = false;
    bool in_comment_ = false;
    Position comment_;               ///< where it begins
    std::string mode_ = "snapshot";  ///< of solving
    bool allows_duplicates_ = false;
    bool is_lost_ = false;           ///< the last Edit named nothing
    std::size_t commands_here_ = 0;  ///< that were known in the file at hand
    bool is_foreign_ = false;        ///< the file at hand is none of OpenDSS
};

/// Whether a part of `name` matches a pattern of letters, `.`, `*`, `+`, `?`, `[]`, `^` and `$`.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

}  // namespace evsweep::opendss
