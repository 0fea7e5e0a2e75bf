namespace Pipeline.Mail.Addressing;

/// <summary>Finds the addresses in the body of From, To, Cc and like fields (RFC 5322 section 3.4 with the obsolete forms of 4.4).</summary>
/// <remarks>
/// Tolerant: an element that cannot be read is reported and skipped up to the next comma. Beyond the grammar it takes
/// UTF-8 everywhere (RFC 6532), dots in a row in local parts (docomo.ne.jp and au gave out such addresses), an at sign in an
/// unquoted phrase (<c>a@b.example &lt;a@b.example&gt;</c>, which many web mailers write), and empty list elements.
/// The time is linear in the size of the field.
/// </remarks>
public static class AddressListParser
{
    /// <param name="fieldBody">What follows the colon; may be folded.</param>
    public static AddressList Parse(ReadOnlySpan<byte> fieldBody, AddressListLimits? limits = null) =>
        new AddressListScanner(fieldBody, limits ?? AddressListLimits.Default).Scan();
}
