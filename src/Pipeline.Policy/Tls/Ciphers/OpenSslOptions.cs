using System.Collections.Frozen;
using System.Security.Authentication;

namespace Pipeline.Policy.Tls.Ciphers;

/// <summary><c>openssl_options</c>: <c>+no_sslv2 +no_tlsv1_2 -legacy_server_connect</c>. Those about protocols have an effect; the rest is the library's own business.</summary>
internal static class OpenSslOptions
{
    private static readonly FrozenSet<string> Known =
        """
        all allow_no_dhe_kex allow_unsafe_legacy_renegotiation cipher_server_preference cookie_exchange cryptopro_tlsext_bug dont_insert_empty_fragments
        enable_middlebox_compat ephemeral_rsa legacy_server_connect microsoft_big_sslv3_buffer microsoft_sess_id_bug msie_sslv2_rsa_padding
        netscape_ca_dn_bug netscape_challenge_bug netscape_demo_cipher_change_bug netscape_reuse_cipher_change_bug no_anti_replay no_compression
        no_encrypt_then_mac no_renegotiation no_session_resumption_on_renegotiation no_sslv2 no_sslv3 no_ticket no_tlsv1 no_tlsv1_1 no_tlsv1_2 no_tlsv1_3
        pkcs1_check_1 pkcs1_check_2 prioritize_chacha safari_ecdhe_ecdsa_bug single_dh_use single_ecdh_use ssleay_080_client_dh_bug sslref2_reuse_cert_type_bug
        tls_block_padding_bug tls_d5_bug tls_rollback_bug tlsext_padding
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    /// <returns>The protocols that are left of those there are; null when the text cannot be read.</returns>
    public static SslProtocols? Read(string text, out string problem)
    {
        problem = "";
        var protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        foreach (var range in text.AsSpan().SplitAny(' ', '\t', '\n'))
        {
            var item = text.AsSpan()[range].ToString();
            if (item.Length == 0)
            {
                continue;
            }

            if (item[0] is not ('+' or '-'))
            {
                problem = $"expected +/- before \"{item}\"";
                return null;
            }

            var word = item[1..].ToLowerInvariant();
            if (!Known.Contains(word))
            {
                problem = $"unknown option \"{item}\"";
                return null;
            }

            if (word is "no_tlsv1_2" or "no_tlsv1_3")
            {
                var protocol = word == "no_tlsv1_2" ? SslProtocols.Tls12 : SslProtocols.Tls13;
                protocols = item.StartsWith('+') ? protocols & ~protocol : protocols | protocol;
            }
        }

        if (protocols == SslProtocols.None)
        {
            problem = "no protocol is left";
            return null;
        }

        return protocols;
    }
}
