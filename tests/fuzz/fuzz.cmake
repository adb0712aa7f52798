# The fuzzers: what reads the texts of others, under clang's sanitizers. Clang 14 and the coroutines
# of GCC 12's library do not get along, so only the sources that they need are compiled.
add_library(fuzzed STATIC EXCLUDE_FROM_ALL
    ${crypto_sources}
    server/config.cpp server/config_file.cpp server/find_settings.cpp server/secret_file.cpp
    server/settings.cpp server/smtp_server.cpp
    server/http/chunked.cpp server/http/error.cpp server/http/message.cpp
    server/http/message_reader.cpp server/http/parse_json.cpp server/http/read_body.cpp
    server/http/request.cpp server/http/route.cpp server/http/strict.cpp server/http/write_view.cpp
    server/rules/amount.cpp server/rules/anomaly_activity.cpp server/rules/anomaly_finding.cpp
    server/rules/audit_chain.cpp server/rules/backup_names.cpp server/rules/client_address.cpp
    server/rules/combining_marks.cpp server/rules/comma_list.cpp server/rules/consent_level.cpp
    server/rules/delegation.cpp server/rules/describe_scope.cpp server/rules/did.cpp
    server/rules/display_text.cpp server/rules/domain_name.cpp server/rules/durations.cpp
    server/rules/email_address.cpp server/rules/host_address.cpp server/rules/http_url.cpp
    server/rules/mail_message.cpp server/rules/nearest_word.cpp server/rules/network.cpp
    server/rules/outbound_url.cpp server/rules/policy.cpp server/rules/redirect_uri.cpp
    server/rules/scope_texts.cpp server/rules/scope_words.cpp server/rules/scopes.cpp
    server/rules/smtp_reply.cpp server/rules/stored_json.cpp server/rules/time_text.cpp
    server/rules/token_lifetimes.cpp
    server/rules/trimmed.cpp server/rules/unicode.cpp web/escape.cpp)
target_link_libraries(fuzzed PUBLIC OpenSSL::Crypto ${SODIUM_LIBRARY} ${IDN2_LIBRARY}
                      ${UNISTRING_LIBRARY} Boost::json Boost::url SQLiteCpp Threads::Threads)

# Clang's time stamp in a precompiled header would make ccache miss.
target_compile_options(fuzzed PUBLIC "SHELL:-Xclang -fno-pch-timestamp")
precompile(fuzzed)

add_custom_target(fuzzers)
file(GLOB fuzzer_files CONFIGURE_DEPENDS tests/fuzz/*.cpp)
list(REMOVE_ITEM fuzzer_files ${CMAKE_SOURCE_DIR}/tests/fuzz/main.cpp)
foreach(file IN LISTS fuzzer_files)
    get_filename_component(name ${file} NAME_WE)
    add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${file} tests/fuzz/main.cpp)
    target_link_libraries(fuzz_${name} PRIVATE fuzzed)
    target_precompile_headers(fuzz_${name} REUSE_FROM fuzzed)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers fuzz_${name})
endforeach()
