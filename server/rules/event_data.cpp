#include "server/rules/event_data.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace rules {

namespace json = boost::json;

std::string bounded_event_data(std::string data)
{
    constexpr std::size_t items_usual = 100;
    if (data.size() <= event_data_bytes_max)
        return data;
    auto const whole = json::parse(data).as_object();
    for (auto items_max = items_usual; data.size() > event_data_bytes_max && items_max > 0;
         items_max /= 2)
    {
        json::object cut;
        for (auto const& [name, value] : whole) {
            auto const* const array = value.if_array();
            auto const too_long = array != nullptr && array->size() > items_max;
            cut[name] = too_long ? json::array(array->begin(), array->begin() + items_max) : value;
            if (too_long)
                cut[std::string{name} + "Truncated"] = true;
        }
        data = json::serialize(cut);
    }
    return data;
}

} // namespace rules
