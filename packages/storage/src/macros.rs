//! Records of structs and enums.

/// Implements [`Record`](crate::Record): fields are written in the order given here, and one that is missing in the list does
/// not compile.
#[macro_export]
macro_rules! record {
    ($(struct $type:ty { $($field:ident),* $(,)? })+) => { $(
        impl $crate::Record for $type {
            fn write(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $( $crate::Record::write($field, out); )*
            }

            fn read(input: &mut $crate::Reader<'_>) -> Result<Self, $crate::DecodeError> {
                $( let $field = $crate::Record::read(input)?; )*
                Ok(Self { $($field),* })
            }
        }
    )+ };

    (enum $type:ty { $($number:literal => $variant:ident
        $( ( $($value:ident),* $(,)? ) )? $( { $($field:ident),* $(,)? } )? ),* $(,)? }) => {
        impl $crate::Record for $type {
            fn write(&self, out: &mut Vec<u8>) {
                match self { $(
                    Self::$variant $( ( $($value),* ) )? $( { $($field),* } )? => {
                        out.push($number);
                        $( $( $crate::Record::write($value, out); )* )?
                        $( $( $crate::Record::write($field, out); )* )?
                    }
                )* }
            }

            fn read(input: &mut $crate::Reader<'_>) -> Result<Self, $crate::DecodeError> {
                match input.byte()? { $(
                    $number => {
                        $( $( let $value = $crate::Record::read(input)?; )* )?
                        $( $( let $field = $crate::Record::read(input)?; )* )?
                        Ok(Self::$variant $( ( $($value),* ) )? $( { $($field),* } )?)
                    }
                )*
                    found => Err($crate::DecodeError::NoSuchVariant { found }),
                }
            }
        }
    };
}
