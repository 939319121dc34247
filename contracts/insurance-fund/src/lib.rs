//! insurance-fund
