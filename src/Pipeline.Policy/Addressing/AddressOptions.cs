using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Addressing;

/// <summary>What the main options say of how addresses are read.</summary>
public static class AddressOptions
{
    extension(MainOptions options)
    {
        /// <summary>What the options about addresses add to the paths of MAIL and RCPT, and to addresses of the command line.</summary>
        public EnvelopeAddressForms PathForms =>
            (options.AllowDomainLiterals ? EnvelopeAddressForms.AddressLiteral : EnvelopeAddressForms.None)
            | (options.AllowUtf8Domains ? EnvelopeAddressForms.Utf8Domain : EnvelopeAddressForms.None)
            | (options.StripTrailingDot ? EnvelopeAddressForms.FinalDot : EnvelopeAddressForms.None)
            | (options.StripExcessAngleBrackets ? EnvelopeAddressForms.ExcessBrackets : EnvelopeAddressForms.None);

        /// <summary>How the addresses of header fields and of redirection are read.</summary>
        public AddressTolerance ListTolerance =>
            AddressTolerance.LooseDots | AddressTolerance.NullAddress
            | (options.StripTrailingDot ? AddressTolerance.FinalDot : AddressTolerance.None)
            | (options.StripExcessAngleBrackets ? AddressTolerance.ExcessBrackets : AddressTolerance.None);
    }
}
