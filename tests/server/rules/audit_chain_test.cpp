#include "server/rules/audit_chain.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

using namespace std::string_view_literals;
using rules::canonical_metadata;
using rules::ecmascript_number;
using rules::ecmascript_string;

namespace {

boost::json::object object(std::string_view text)
{
    boost::json::parse_options options;
    options.allow_invalid_utf8 = true;
    return boost::json::parse({text.data(), text.size()}, {}, options).as_object();
}

std::string canonical(std::string_view text)
{
    return canonical_metadata(object(text)).value_or("not finite");
}

// The two entries of the contract's worked example (core notes, section 2).
rules::AuditFacts first_entry()
{
    return {
        .id = "alog_01KJPX9JTGMARE2TEM7FQ8YS2M",
        .agent_id = "ag_01KJPWD6M0W17VDP01P914P7ZE",
        .agent_did = "did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",
        .grant_id = "grnt_01KJPX39N0D3PSNR531QZFCJCQ",
        .principal_id = "user_7421",
        .developer_id = "dev_01KJF1S600JW4GBPASAG2RPHRM",
        .action = "calendar.read",
        .metadata_text = "{}",
        .timestamp = "2026-03-02T09:15:30.000Z",
        .prev_hash = {},
        .status = "success"};
}

constexpr auto first_hash = "f75b8a9903555fd59a0e09cef7885b42cedc721d5a6dc426d9635bb3d34ca972"sv;

} // namespace

BOOST_AUTO_TEST_SUITE(audit_chain)

BOOST_AUTO_TEST_CASE(the_first_entry_of_the_worked_example_has_its_bytes_and_hash)
{
    constexpr auto expected =
        R"({"id":"alog_01KJPX9JTGMARE2TEM7FQ8YS2M","agentId":"ag_01KJPWD6M0W17VDP01P914P7ZE",)"
        R"("agentDid":"did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",)"
        R"("grantId":"grnt_01KJPX39N0D3PSNR531QZFCJCQ","principalId":"user_7421",)"
        R"("developerId":"dev_01KJF1S600JW4GBPASAG2RPHRM","action":"calendar.read",)"
        R"("metadata":{},"timestamp":"2026-03-02T09:15:30.000Z","prevHash":null,)"
        R"("status":"success"})"sv;
    auto const text = rules::audit_text(first_entry());
    BOOST_TEST(text == expected);
    BOOST_TEST(text.size() == 367u);
    BOOST_TEST(rules::audit_hash(first_entry()) == first_hash);
}

BOOST_AUTO_TEST_CASE(the_second_entry_of_the_worked_example_has_its_bytes_and_hash)
{
    auto const metadata =
        canonical(R"({"payee":"Café Ω \"North\"","amount":420.50,"tags":["b","a"],)"
                  R"("nested":{"z":null,"a":true}})");
    auto entry = first_entry();
    entry.id = "alog_01KJPX9M1JVQ0RPB593P8C1AA2";
    entry.action = "payment.initiated";
    entry.metadata_text = metadata;
    entry.timestamp = "2026-03-02T09:15:31.250Z";
    entry.prev_hash = first_hash;
    entry.status = "blocked";
    constexpr auto expected =
        R"({"id":"alog_01KJPX9M1JVQ0RPB593P8C1AA2","agentId":"ag_01KJPWD6M0W17VDP01P914P7ZE",)"
        R"("agentDid":"did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",)"
        R"("grantId":"grnt_01KJPX39N0D3PSNR531QZFCJCQ","principalId":"user_7421",)"
        R"("developerId":"dev_01KJF1S600JW4GBPASAG2RPHRM","action":"payment.initiated",)"
        R"("metadata":{"amount":420.5,"nested":{"a":true,"z":null},)"
        R"("payee":"Café Ω \"North\"","tags":["b","a"]},"timestamp":"2026-03-02T09:15:31.250Z",)"
        R"("prevHash":"f75b8a9903555fd59a0e09cef7885b42cedc721d5a6dc426d9635bb3d34ca972",)"
        R"("status":"blocked"})"sv;
    auto const text = rules::audit_text(entry);
    BOOST_TEST(text == expected);
    BOOST_TEST(text.size() == 522u);
    BOOST_TEST(
        rules::audit_hash(entry) ==
        "605df7e4220cc21690d241d69e578826f5a6cede0f9318321b7d04aa06cbf52e"
    );
}

// S-078: no member can change, nor move into its neighbour, without another hash.
BOOST_AUTO_TEST_CASE(every_fact_is_covered_by_the_hash)
{
    using Facts = rules::AuditFacts;
    std::string_view Facts::*const members[] = {
        &Facts::id,           &Facts::agent_id,     &Facts::agent_did, &Facts::grant_id,
        &Facts::principal_id, &Facts::developer_id, &Facts::action,    &Facts::metadata_text,
        &Facts::timestamp,    &Facts::status,
    };
    for (auto member : members) {
        auto changed = first_entry();
        changed.*member = R"({"x":1})";
        BOOST_TEST(rules::audit_hash(changed) != first_hash);
    }
    auto changed = first_entry();
    changed.prev_hash = "";
    BOOST_TEST(rules::audit_hash(changed) != first_hash);
    changed.prev_hash = "null";
    BOOST_TEST(rules::audit_hash(changed) != first_hash);
}

BOOST_AUTO_TEST_CASE(scalars_are_escaped_in_the_hashed_text)
{
    auto entry = first_entry();
    entry.principal_id = "a\",\"developerId\":\"x\\";
    auto const text = rules::audit_text(entry);
    BOOST_TEST(text.find(R"("principalId":"a\",\"developerId\":\"x\\",)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(absent_metadata_is_an_empty_object)
{
    auto entry = first_entry();
    entry.metadata_text = {};
    BOOST_TEST(rules::audit_hash(entry) == first_hash);
    BOOST_TEST(canonical("{}") == "{}");
}

BOOST_AUTO_TEST_CASE(numbers_are_printed_as_ecmascript_prints_them)
{
    struct
    {
        double value;
        std::string_view text;
    } const rows[] = {
        {420.50,                  "420.5"                   },
        {100.0,                   "100"                     },
        {0.0,                     "0"                       },
        {-0.0,                    "0"                       },
        {1,                       "1"                       },
        {-1,                      "-1"                      },
        {-1.5,                    "-1.5"                    },
        {10,                      "10"                      },
        {0.1,                     "0.1"                     },
        {0.1 + 0.2,               "0.30000000000000004"     },
        {1e20,                    "100000000000000000000"   },
        {1e21,                    "1e+21"                   },
        {-1e21,                   "-1e+21"                  },
        {1.5e21,                  "1.5e+21"                 },
        {999999999999999900000.0, "999999999999999900000"   },
        {123456789012345680000.0, "123456789012345680000"   },
        {1e-6,                    "0.000001"                },
        {1.25e-6,                 "0.00000125"              },
        {0.0000001,               "1e-7"                    },
        {1.25e-7,                 "1.25e-7"                 },
        {-1e-7,                   "-1e-7"                   },
        {0.001,                   "0.001"                   },
        {123.456,                 "123.456"                 },
        {9007199254740991.0,      "9007199254740991"        },
        {9007199254740992.0,      "9007199254740992"        },
        {1e23,                    "1e+23"                   },
        {4.5e15,                  "4500000000000000"        },
        {5e-324,                  "5e-324"                  },
        {2.2250738585072014e-308, "2.2250738585072014e-308" },
        {1.7976931348623157e308,  "1.7976931348623157e+308" },
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
        {1.0 / 3,                 "0.3333333333333333"      },
        {5e-7,                    "5e-7"                    },
        {12e-100,                 "1.2e-99"                 },
    };
    for (auto const& row : rows)
        BOOST_TEST(ecmascript_number(row.value) == row.text);
    BOOST_TEST(ecmascript_number(std::numeric_limits<double>::infinity()) == "null");
    BOOST_TEST(ecmascript_number(std::nan("")) == "null");
}

BOOST_AUTO_TEST_CASE(integers_lose_precision_exactly_as_in_ecmascript)
{
    struct
    {
        boost::json::value sent;
        std::string_view hashed;
    } const rows[] = {
        {std::int64_t{9007199254740993},            "9007199254740992"    }, // 2^53 + 1
        {std::int64_t{-9007199254740993},           "-9007199254740992"   },
        {std::int64_t{9007199254740995},            "9007199254740996"    },
        {std::int64_t{1234567890123456789},         "1234567890123456800" },
        {std::numeric_limits<std::int64_t>::max(),  "9223372036854776000" },
        {std::numeric_limits<std::int64_t>::min(),  "-9223372036854776000"},
        {std::numeric_limits<std::uint64_t>::max(), "18446744073709552000"},
        {std::int64_t{0},                           "0"                   },
        {std::uint64_t{7},                          "7"                   },
    };
    for (auto const& row : rows) {
        boost::json::object metadata;
        metadata["n"] = row.sent;
        BOOST_TEST(
            canonical_metadata(metadata).value() == "{\"n\":" + std::string{row.hashed} + "}"
        );
    }
}

BOOST_AUTO_TEST_CASE(numbers_written_differently_hash_alike)
{
    for (auto sent : {"100", "100.0", "1e2", "1E+2", "1000e-1", "100.000"})
        BOOST_TEST(canonical("{\"n\":" + std::string{sent} + "}") == R"({"n":100})");
    for (auto sent : {"0", "-0", "-0.0", "0e9"})
        BOOST_TEST(canonical("{\"n\":" + std::string{sent} + "}") == R"({"n":0})");
}

BOOST_AUTO_TEST_CASE(metadata_with_a_number_that_is_not_finite_is_refused)
{
    for (auto value :
         {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
          std::nan("")})
    {
        boost::json::object metadata;
        metadata["n"] = value;
        BOOST_TEST(!canonical_metadata(metadata));
        boost::json::object nested;
        nested["a"] = boost::json::array{1, metadata};
        BOOST_TEST(!canonical_metadata(nested));
    }
}

BOOST_AUTO_TEST_CASE(keys_are_sorted_by_utf16_code_units_at_every_depth)
{
    struct
    {
        std::string_view sent, hashed;
    } const rows[] = {
        {R"({"b":1,"a":2})",                                 R"({"a":2,"b":1})"               },
        {R"({"a":1,"B":2,"":3,"aa":4})",                     R"({"":3,"B":2,"a":1,"aa":4})"   },
        {R"({"10":1,"9":2,"1":3})",                          R"({"1":3,"10":1,"9":2})"        },
        {R"({"é":1,"z":2})",                                R"({"z":2,"é":1})"              },
        {R"({"x":{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}})",
         R"({"x":{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}})"                                   },
 // U+1F600 is D83D DE00 in UTF-16 and so comes before U+FF5E; in UTF-8 it comes after.
        {"{\"\uff5e\":1,\"\U0001f600\":2}",                  "{\"\U0001f600\":2,\"\uff5e\":1}"},
        {"{\"\ue000\":1,\"\U0010ffff\":2,\"\ud7ff\":3}",
         "{\"\ud7ff\":3,\"\U0010ffff\":2,\"\ue000\":1}"                                       },
    };
    for (auto const& row : rows)
        BOOST_TEST(canonical(row.sent) == row.hashed);
}

BOOST_AUTO_TEST_CASE(arrays_keep_their_order_and_literals_are_plain)
{
    BOOST_TEST(
        canonical(R"({"a":[ 3, 1, [], {}, null, true, false, "x" ]})") ==
        R"({"a":[3,1,[],{},null,true,false,"x"]})"
    );
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_as_json_stringify_escapes_them)
{
    struct
    {
        std::string_view text, quoted;
    } const rows[] = {
        {"",                                     R"("")"                        },
        {"plain",                                R"("plain")"                   },
        {"\"\\/",                                R"("\"\\/")"                   },
        {"\b\f\n\r\t",                           R"("\b\f\n\r\t")"              },
        {"\0\x01\x0b\x1f"sv,                     R"("\u0000\u0001\u000b\u001f")"},
        {"\x7f\u2028\u2029\u0085",               "\"\x7f\u2028\u2029\u0085\""   },
        {"Café Ω 😀",                        "\"Café Ω 😀\""            },
        {"<>&'",                                 "\"<>&'\""                     },
 // Lone surrogates, as some parsers keep them; a pair is the character it stands for.
        {"\xed\xa0\x80",                         R"("\ud800")"                  },
        {"a\xed\xbf\xbf z",                      R"("a\udfff z")"               },
        {"\xed\xb0\x80\xed\xa0\x80",             R"("\udc00\ud800")"            },
        {"\xed\xa0\xbd\xed\xb8\x80",             "\"😀\""                     },
        {"\xed\xa0\xbd\xed\xa0\xbd\xed\xb8\x80", "\"\\ud83d😀\""              },
 // Bytes that are no text at all never reach the hash raw.
        {"\xff",                                 "\"\ufffd\""                   },
        {"\xc3",                                 "\"\ufffd\""                   },
        {"\xe2\x82",                             "\"\ufffd\""                   },
        {"\xc0\xaf",                             "\"\ufffd\ufffd\""             },
    };
    for (auto const& row : rows)
        BOOST_TEST(ecmascript_string(row.text) == row.quoted);
}

BOOST_AUTO_TEST_CASE(keys_are_escaped_like_strings)
{
    BOOST_TEST(canonical(R"({"a\"\nb":"\u0001\/"})") == R"({"a\"\nb":"\u0001/"})");
}

BOOST_AUTO_TEST_SUITE_END()
